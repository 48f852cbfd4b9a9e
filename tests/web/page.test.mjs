// Why: the pages of rnn in a real browser: true to their data, complete without scripts, accessible on every screen.
// PAGES: a folder of pages; NAME.html and NAME-0.json, NAME-1.json...: the output of rnn inspect --json for its models.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { folder, launch, looksWell, open, openedForItsFigures, pagesOf, quit, smallEnough } from './browser.mjs';
import { at, level, onOneScale, says } from './figures.mjs';

const pages = pagesOf();
before(launch);
after(quit);

for (const name of pages) {
  looksWell(name);

  describe(`${name}: true to its data`, () => {
    const opened = openedForItsFigures(name, 40);

    test('means of gates', async () => {
      const means = await opened.page.evaluate(() => [...document.querySelectorAll('[data-mean-of]')].map(
        element => ({ text: element.textContent, value: Number(element.value), of: element.dataset.meanOf })));
      for (const { text, value, of } of means) {
        const values = at(opened.data, of);
        assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - value) < 1e-6, of);
        assert.ok(says(text.replace(' open', ''), value), text);
      }
      const gated = opened.data.models.filter(model => /^(gru|lstm)/.test(model.cell));
      assert.equal(means.length, gated.reduce((sum, model) => sum + (model.cell === 'lstm' ? 3 : 2), 0));
    });

    test('lines: the values of the data, drawn to one scale', async () => {
      const lines = await opened.page.evaluate(() => [...document.querySelectorAll('svg.chart .series')].map(
        line => ({ ...line.dataset, path: line.querySelector('.ln').getAttribute('d') })));
      assert.ok(lines.length >= 2 * opened.data.models.length);
      for (const line of lines) {
        const values = line.values.split(',').map(value => (value === 'null' ? null : Number(value)));
        assert.deepEqual(values, at(opened.data, line.at).slice(Number(line.first)), line.at);
        const logarithmic = !line.at.startsWith('/recall') && !line.at.includes('/distances/');
        const pairs = line.pixels.split(' ').map((pair, i) => [values[i], Number(pair.split(',')[1])])
          .filter(([value, pixel]) => Number.isFinite(pixel) && value !== null)
          .map(([value, pixel]) => [logarithmic ? Math.log10(value) : value, pixel]);
        assert.ok(pairs.length > 0 && onOneScale(pairs, 0.12), line.at);
        const points = line.path.match(/[ML][^ML]+/g).length;
        assert.equal(points, pairs.length, `${line.at}: points drawn`);
      }
    });

    test('bars: as long as their numbers', async () => {
      const charts = await opened.page.evaluate(() => [...document.querySelectorAll('svg.chart')].map(
        chart => [...chart.querySelectorAll(':scope > text[data-value]')].map(
          label => [Number(label.dataset.value), Number(label.previousElementSibling.getAttribute('width'))])));
      for (const bars of charts) assert.ok(onOneScale(bars.filter(([, width]) => width > 1), 0.12));
      const words = await opened.page.evaluate(() => [...document.querySelectorAll('.next:not(.two) li, .two .right')].map(
        row => [Number(row.querySelector('.v').value),
                Number(/h([\d.]+)v/.exec(row.querySelector('path').getAttribute('d'))[1])]));
      assert.ok(words.length >= 10);
      for (const [share, width] of words) assert.ok(Math.abs(100 * share - width) <= 0.0501, `${share} drawn as ${width}`);
    });

    test('doors: as far open as their numbers', async () => {
      const rows = await opened.page.evaluate(() => [...document.querySelectorAll('.wide .doorrow')].map(row => {
        const at = shape => [...row.querySelectorAll(shape)];
        const frames = at('.frame').map(frame => Number(frame.getAttribute('width')));
        const fills = at('.frame + rect').map(fill => Number(fill.getAttribute('width')));
        const labels = at('text[data-value]').map(label => Number(label.dataset.value));
        return { frames, fills, labels, pointers: at('text[data-at]').map(label => label.dataset.at) };
      }));
      const gated = opened.data.models.filter(model => model.doors.steps.length > 0);
      assert.equal(rows.length, gated.reduce((sum, model) => sum + model.doors.steps.length, 0));
      for (const { frames, fills, labels, pointers } of rows) {
        assert.equal(labels.length, fills.length + 1);
        fills.forEach((fill, i) => assert.ok(Math.abs(fill - frames[i] * labels[i]) <= 0.11, `${labels[i]}: ${fill}`));
        pointers.forEach((pointer, i) => assert.equal(at(opened.data, pointer), labels[i], pointer));
      }
      for (const model of gated) {
        for (const { keep, write, before, content, after } of model.doors.steps) {
          assert.ok(Math.abs(keep * before + write * content - after) < 2e-4);
        }
      }
    });

    test('pairs: each count is that of the data', async () => {
      const cards = await opened.page.locator('.pairs .score').allInnerTexts();
      const needed = opened.data.models.map(model => model.pairs.needed).filter(pairs => pairs.length > 0);
      assert.equal(cards.length, needed.length);
      needed.forEach((pairs, i) => {
        const right = pairs.filter(pair => pair.first_share > 0.5 && pair.second_share > 0.5).length;
        assert.equal(cards[i], `both right in ${right} of ${pairs.length} pairs`);
      });
    });

    test('states: one cell per number, in its colour', async () => {
      const strips = await opened.page.evaluate(() => [...document.querySelectorAll('.strip')].map(strip => ({
        at: strip.dataset.at, units: strip.dataset.units.split(' ').map(Number), count: Number(strip.firstElementChild.dataset.count),
        paths: [...strip.querySelectorAll('path:not(.cz)')].map(
          drawn => [drawn.getAttribute('class'), drawn.getAttribute('d')]) })));
      assert.equal(strips.length, Math.min(12, opened.data.models[0].steps.length));
      for (const { at: pointer, units, count, paths } of strips) {
        const expected = {}, drawn = {}, values = units.map(unit => at(opened.data, pointer)[unit]);
        assert.ok(opened.data.models.some(model => JSON.stringify(model.shown_units) === JSON.stringify(units)));
        assert.equal(values.length, count, pointer);
        for (const value of values) {
          const found = level(value), key = (found < 0 ? 'n' : 'p') + Math.abs(found);
          if (found !== 0) expected[key] = (expected[key] ?? 0) + 1;
        }
        for (const [key, shape] of paths) {
          drawn[key] = [...shape.matchAll(/h(\d+)v1/g)].reduce((sum, run) => sum + Number(run[1]), 0);
        }
        assert.deepEqual(drawn, expected, pointer);
      }
    });

    test('the figures of rnn inspect --json', { skip: !fs.existsSync(path.join(folder, `${name}-0.json`)) }, () => {
      opened.data.models.forEach((model, i) => {
        const inspected = JSON.parse(fs.readFileSync(path.join(folder, `${name}-${i}.json`), 'utf8'));
        delete model.step_microseconds, delete inspected.step_microseconds;  // measured each time
        assert.deepEqual(inspected, model);
      });
    });

    test('pointer and keys show the numbers of the data', async () => {
      const { page } = opened, strip = page.locator('.strip:visible').first(), tip = page.locator('#tip');
      await strip.scrollIntoViewIfNeeded();
      await strip.hover({ position: { x: 1, y: 1 } });
      const place = await strip.getAttribute('data-at'), values = at(opened.data, place);
      const units = (await strip.getAttribute('data-units')).split(' ').map(Number);
      assert.equal(await tip.innerText(), `unit ${units[0]}: ${Number(values[units[0]].toPrecision(3))}`);
      await page.locator('.tiles:visible').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const second = at(opened.data, place.replace('/steps/0/', '/steps/1/'))[units[1]];
      assert.equal((await tip.innerText()).split('\n').at(-1), `unit ${units[1]}: ${Number(second.toPrecision(3))}`);
      await page.keyboard.press('Escape');
      assert.ok(!(await tip.isVisible()));
      await page.evaluate(() => document.querySelectorAll('details').forEach(folded => { folded.open = true; }));
      const chart = page.locator('svg.chart:has(.series):visible').first();
      await chart.hover();
      const said = (await tip.innerText()).split('\n');
      assert.equal(said.length, 1 + await chart.locator('.series').count());
      assert.deepEqual(opened.faults, []);
    });
  });

  test(`${name}: complete without scripts`, async () => {
    const { page, faults, close } = await open(name, { scripts: false });
    const heads = (await page.locator('main h2[id]').allInnerTexts()).map(head => head.split(/[: ]/)[0]);
    const screens = ['Guess', 'What', 'The', 'Memory', 'Length', 'Doors', 'Worth'];
    assert.deepEqual(heads, screens.filter(head => head !== 'What' || name === 'demo'));
    const words = (await page.locator('.glossary dt').allTextContents()).map(word => word.toLowerCase());
    for (const word of ['hidden state', 'gate', 'gradient', 'vanishing', 'exploding', 'perplexity']) {
      assert.ok(words.includes(word), word);
    }
    for (const figure of await page.locator('figure').all()) {
      if (!await figure.isVisible()) continue;
      assert.ok((await figure.locator('figcaption').innerText()).length > 20, 'a figure without a caption');
    }
    assert.ok(await page.locator('svg.chart:visible').count() >= 3);
    for (const part of ['.answer .next li', '.tile', '.doorrow', '.takeaway']) {
      assert.ok(await page.locator(part).first().isVisible(), part);
    }
    assert.equal(await page.locator('main button:visible').count(), 0, 'a button that does nothing');
    const labels = page.locator('.tabs label'), panels = page.locator('.panel');
    for (let i = 0; i < await panels.count(); ++i) {
      if (await labels.count() > 0) await labels.nth(i).click({ force: true });
      assert.equal(await page.locator('.panel:visible').count(), 1);
      assert.ok(await panels.nth(i).isVisible() && await panels.nth(i).locator('.doorrow:visible').first().isVisible());
    }
    assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN|\bnull\b|\bnan\b|\binf\b/);
    assert.deepEqual(faults, []);
    await close();
  });

  test(`${name}: a picture above the fold of a phone, and at most 900 words before "more"`, async () => {
    const { page, close } = await open(name, { width: 390, scripts: false });
    const bars = await page.locator('.answer .next').boundingBox();
    assert.ok(bars.y + bars.height <= 844, `the first bars end at ${bars.y + bars.height}`);
    const words = (await page.locator('body').innerText()).split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word));
    assert.ok(words.length <= 900, `${words.length} words`);
    await close();
  });

  test(`${name}: what moves, moves`, async () => {
    const { page, faults, close } = await open(name, { motion: true });
    const bars = page.locator('.answer .next .v').first(), choice = page.locator('.choices button').first();
    assert.ok(!await bars.isVisible(), 'the answer before the guess');
    await choice.click();
    assert.ok(await bars.isVisible());
    assert.ok((await page.locator('.verdict').innerText()).includes(await choice.innerText()));
    const tiles = page.locator('.tile'), go = page.locator('.looped .go'), count = await tiles.count();
    assert.ok(await tiles.nth(0).isVisible() && !await tiles.nth(1).isVisible());
    await go.focus();
    for (let i = 1; i < count; ++i) {
      await page.keyboard.press('Enter');
      assert.ok(await tiles.nth(i).isVisible());
    }
    assert.equal(await go.innerText(), 'Start again');
    await go.click();
    assert.ok(!await tiles.nth(1).isVisible());
    const doors = page.locator('.doors:visible').first();
    const before = await doors.locator('.sum:visible').innerText();
    await doors.locator('.advance').click();
    assert.notEqual(await doors.locator('.sum:visible').innerText(), before);
    await page.locator('.pass').click();
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.tile:visible').count(), count, 'the printed page is whole');
    assert.deepEqual(faults, []);
    await close();
  });

  smallEnough(name);
}

// A reader who has not seen the code gets these answers from what is visible before "more".
const questions = [
  ['loop', 'What does the network keep from one word to the next?', /takes the word and 256 numbers .*changes these numbers/s],
  ['memory', 'When is it said to remember, and which network does it best?',
   /forgotten the early word answers both lines alike.*remembers? most often: \d of 5/s],
  ['length', 'Why is a long text hard?', /(right most often|no cell does clearly better).*What hardly arrives is hardly learned/s],
  ['doors', 'What do the LSTM and the GRU change?', /rewrites every number at every word\..*doors:.*\d\s%.open.*kept least/s],
  ['worth', 'When is it worth it, and where is counting better?',
   /Use it when order matters.*For the next word, from 300 lines only.*simplest method is better/s]];
for (const [id, question, answer] of questions) {
  test(`demo: the visible text answers: ${question}`, async () => {
    const { page, close } = await open('demo', { width: 390, scripts: false });
    assert.match(await page.locator(`#${id}`).innerText(), answer);
    await close();
  });
}
