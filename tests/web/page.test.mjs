// Why: the pages of rnn in a real browser: true to their data, complete without scripts, accessible on every screen.
// PAGES: a folder of pages; NAME.html and NAME-0.json, NAME-1.json...: the output of rnn inspect --json for its models.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { figuresAreTrue, folder, launch, looksWell, names, open, quit, smallEnough } from './browser.mjs';
import { at, level, onOneScale, says } from './figures.mjs';

const pages = names.filter(name => !/^(translation|forecast)/.test(name));  // they have their own tests
before(launch);
after(quit);

for (const name of pages) {
  looksWell(name);

  describe(`${name}: true to its data`, () => {
    let opened, data;
    before(async () => {
      opened = await open(name);
      data = JSON.parse(await opened.page.locator('#data').textContent());
    });
    after(() => opened.close());

    test('every printed figure shows its number from the data', async () => {
      await figuresAreTrue(opened.page, data, 40);
    });

    test('means of gates', async () => {
      const means = await opened.page.evaluate(() => [...document.querySelectorAll('[data-mean-of]')].map(
        element => ({ text: element.textContent, value: Number(element.value), of: element.dataset.meanOf })));
      for (const { text, value, of } of means) {
        const values = at(data, of);
        assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - value) < 1e-6, of);
        assert.ok(says(text.replace(' open', ''), value), text);
      }
      const gated = data.models.filter(model => /^(gru|lstm)/.test(model.cell));
      assert.equal(means.length, gated.reduce((sum, model) => sum + (model.cell === 'lstm' ? 3 : 2), 0));
    });

    test('lines: the values of the data, drawn to one scale', async () => {
      const lines = await opened.page.evaluate(() => [...document.querySelectorAll('svg.chart .series')].map(
        line => ({ ...line.dataset, path: line.querySelector('.ln').getAttribute('d') })));
      assert.ok(lines.length >= 2 * data.models.length);
      for (const line of lines) {
        const values = line.values.split(',').map(value => (value === 'null' ? null : Number(value)));
        assert.deepEqual(values, at(data, line.at).slice(Number(line.first)), line.at);
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
        chart => [...chart.querySelectorAll('text[data-value]')].map(
          label => [Number(label.dataset.value), Number(label.previousElementSibling.getAttribute('width'))])));
      for (const bars of charts) assert.ok(onOneScale(bars.filter(([, width]) => width > 1), 0.12));
      const words = await opened.page.evaluate(() => [...document.querySelectorAll('.next li')].map(
        row => [Number(row.querySelector('.v').value),
                Number(/h([\d.]+)v/.exec(row.querySelector('path').getAttribute('d'))[1])]));
      assert.ok(words.length > 10);
      for (const [share, width] of words) assert.ok(Math.abs(100 * share - width) <= 0.0501, `${share} drawn as ${width}`);
    });

    test('states: one cell per number, in its colour', async () => {
      const strips = await opened.page.evaluate(() => [...document.querySelectorAll('.strip')].map(strip => ({
        at: strip.dataset.at, count: Number(strip.firstElementChild.dataset.count),
        paths: [...strip.querySelectorAll('path:not(.cz)')].map(
          drawn => [drawn.getAttribute('class'), drawn.getAttribute('d')]) })));
      assert.equal(strips.length, data.models.reduce((sum, model) => sum + model.steps.length * model.layers, 0));
      for (const { at: pointer, count, paths } of strips) {
        const expected = {}, drawn = {}, values = at(data, pointer);
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
      data.models.forEach((model, i) => {
        const inspected = JSON.parse(fs.readFileSync(path.join(folder, `${name}-${i}.json`), 'utf8'));
        delete model.step_microseconds, delete inspected.step_microseconds;  // measured each time
        assert.deepEqual(inspected, model);
      });
    });

    test('pointer and keys show the numbers of the data', async () => {
      const { page } = opened, strip = page.locator('.strip:visible').first(), tip = page.locator('#tip');
      await strip.scrollIntoViewIfNeeded();
      await strip.hover({ position: { x: 1, y: 1 } });
      const values = at(data, await strip.getAttribute('data-at'));
      assert.equal(await tip.innerText(), `unit 0: ${Number(values[0].toPrecision(3))}`);
      await page.locator('.steps:visible').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const second = at(data, '/models/0/steps/1/layers').at(-1).h[1];
      assert.equal((await tip.innerText()).split('\n').at(-1), `unit 1: ${Number(second.toPrecision(3))}`);
      await page.keyboard.press('Escape');
      assert.ok(!(await tip.isVisible()));
      await page.locator('svg.chart:has(.series):visible').first().hover();
      const said = (await tip.innerText()).split('\n');
      assert.equal(said.length, 1 + data.models.length);
      assert.deepEqual(opened.faults, []);
    });
  });

  test(`${name}: complete without scripts`, async () => {
    const { page, faults, close } = await open(name, { scripts: false });
    const heads = await page.locator('main h2[id]').allInnerTexts();
    assert.deepEqual(heads.slice(0, 4), ['Reading step by step', 'Remembering', 'Long sequences', 'Inside the cells']);
    assert.match(heads[4], /^Words/);
    const words = (await page.locator('.glossary dt').allInnerTexts()).map(word => word.toLowerCase());
    for (const word of ['hidden state', 'gate', 'gradient', 'vanishing', 'exploding', 'perplexity']) {
      assert.ok(words.includes(word), word);
    }
    for (const figure of await page.locator('figure').all()) {
      if (!await figure.isVisible()) continue;
      assert.ok((await figure.locator('figcaption').innerText()).length > 20, 'a figure without a caption');
    }
    assert.ok(await page.locator('svg.chart:visible').count() >= 3);
    const labels = page.locator('.tabs label'), panels = page.locator('.panel');
    for (let i = 0; i < await panels.count(); ++i) {
      if (await labels.count() > 0) await labels.nth(i).click({ force: true });
      assert.equal(await page.locator('.panel:visible').count(), 1);
      assert.ok(await panels.nth(i).isVisible() && await panels.nth(i).locator('.tile').first().isVisible());
    }
    assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN|\bnull\b|\bnan\b|\binf\b/);
    assert.deepEqual(faults, []);
    await close();
  });

  smallEnough(name);
}
