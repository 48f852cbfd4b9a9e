// Why: the page of a translator in a real browser: true to its data, complete without scripts, accessible on every screen.
// PAGES: a folder; its pages named translation* are of translators.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, looksWell, open, openedForItsFigures, pagesOf, quit, smallEnough } from './browser.mjs';
import { at, level, onOneScale } from './figures.mjs';

const pages = pagesOf('translation');
const kStates = 24, kTokens = 40, kSteps = 12;  // drawn at most (src/pages/translation_parts.h)
before(launch);
after(quit);

test('there are pages of translators', () => assert.ok(pages.length >= 2));

for (const name of pages) {
  looksWell(name);
  smallEnough(name);

  describe(`${name}: true to its data`, () => {
    const opened = openedForItsFigures(name, 100);

    test('the map: one cell per pair, its opacity equal to its share', async () => {
      const cells = await opened.page.evaluate(() => [...document.querySelectorAll('.natural svg.chart rect[fill-opacity]')].map(
        cell => [Number(cell.getAttribute('fill-opacity')), cell.querySelector('title').textContent]));
      const rows = opened.data.attention === 'none' ? [] : opened.data.target.slice(0, kTokens);
      const shares = rows.flatMap(token => token.attention.slice(0, kTokens));
      assert.equal(cells.length, shares.length);
      cells.forEach(([opacity, title], i) => {
        assert.ok(Math.abs(opacity - shares[i]) <= 0.0011, `${title}: ${shares[i]} drawn as ${opacity}`);
      });
      assert.equal(await opened.page.getByText('This model has no attention').count(), opened.data.attention === 'none' ? 1 : 0);
    });

    test('the tree: one box per candidate, a line to each from its parent, the winning path', async () => {
      const count = selector => opened.page.locator(`.natural ${selector}`).count();
      const steps = opened.data.search.steps.slice(0, kSteps), nodes = steps.flat();
      assert.equal(await count('.box'), nodes.length);
      assert.equal(await count('.link'), nodes.length);
      for (const chosen of ['.box.won', '.link.won']) assert.equal(await count(chosen), nodes.filter(node => node.won).length);
      assert.equal(await count('.box.gone'), nodes.filter(node => node.fate === 'dropped').length);
      assert.equal(await count('.box.ended'), nodes.filter(node => node.fate === 'finished').length);
    });

    test('bars: lengths proportional to their numbers', async () => {
      const charts = await opened.page.evaluate(() => [...document.querySelectorAll(':is(.wide, .narrow) svg.chart')].map(
        chart => [...chart.querySelectorAll('text[data-value]')].map(
          label => [Number(label.dataset.value), Number(label.previousElementSibling.getAttribute('width'))])));
      assert.ok(charts.length >= 2);
      for (const bars of charts) assert.ok(onOneScale(bars.filter(([, width]) => width > 1), 0.12));
    });

    test('states: one cell per number, in its colour', async () => {
      const strips = await opened.page.evaluate(() => [...document.querySelectorAll('.strip')].map(strip => ({
        at: strip.dataset.at, count: Number(strip.firstElementChild.dataset.count),
        paths: [...strip.querySelectorAll('path:not(.cz)')].map(
          drawn => [drawn.getAttribute('class'), drawn.getAttribute('d')]) })));
      const read = opened.data.source.slice(0, kStates).reduce((sum, token) => sum + token.read.length, 0);
      assert.equal(strips.length, read + Math.min(kStates, opened.data.target.length));
      for (const { at: pointer, count, paths } of strips) {
        const expected = {}, drawn = {}, values = at(opened.data, pointer);
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

    test('pointer and keys show the numbers of the data', async () => {
      const { page } = opened, strip = page.locator('.strip').first(), tip = page.locator('#tip');
      await strip.scrollIntoViewIfNeeded();
      await strip.hover({ position: { x: 1, y: 1 } });
      const values = at(opened.data, await strip.getAttribute('data-at'));
      assert.equal(await tip.innerText(), `unit 0: ${Number(values[0].toPrecision(3))}`);
      await page.locator('.steps').last().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const second = opened.data.target[1].state.h[1];
      assert.equal((await tip.innerText()).split('\n').at(-1), `unit 1: ${Number(second.toPrecision(3))}`);
      await page.keyboard.press('Escape');
      assert.ok(!(await tip.isVisible()));
      assert.deepEqual(opened.faults, []);
    });
  });

  test(`${name}: complete without scripts`, async () => {
    const { page, faults, close } = await open(name, { scripts: false });
    const heads = await page.locator('main h2[id]').allInnerTexts();
    const wanted = [/^Attention/, /^The search/, /^Reading and writing/, /^Which words/, /^Words/];
    assert.equal(heads.length, wanted.length);
    wanted.forEach((want, i) => assert.match(heads[i], want));
    const words = (await page.locator('.glossary dt').allInnerTexts()).map(word => word.toLowerCase());
    for (const word of ['encoder', 'decoder', 'attention', 'beam search', 'bit']) assert.ok(words.includes(word), word);
    for (const figure of await page.locator('figure').all()) {
      assert.ok((await figure.locator('figcaption').innerText()).length > 20, 'a figure without a caption');
    }
    for (const link of await page.locator('nav a').all()) {
      assert.equal(await page.locator(await link.getAttribute('href')).count(), 1);
    }
    assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN|\bnull\b|\bnan\b|\binf\b/);
    assert.deepEqual(faults, []);
    await close();
  });
}
