// Why: the page of a forecast in a real browser: true to its data, complete without scripts, accessible on every screen.
// PAGES: a folder; its pages named forecast* are reports of forecasts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, looksWell, open, openedForItsFigures, pagesOf, quit, smallEnough } from './browser.mjs';
import { at, numbers, onOneScale } from './figures.mjs';

const pages = pagesOf('forecast');
before(launch);
after(quit);

test('there are pages of forecasts', () => assert.ok(pages.length >= 3));

for (const name of pages) {
  looksWell(name);
  smallEnough(name);

  describe(`${name}: true to its data`, () => {
    const opened = openedForItsFigures(name, 50);

    test('lines and areas: the values of the data, drawn to one scale', async () => {
      const charts = await opened.page.evaluate(() => [...document.querySelectorAll('svg.chart')].map(chart => ({
        lines: [...chart.querySelectorAll('.series')].map(line => ({ ...line.dataset })),
        areas: [...chart.querySelectorAll('.band')].map(
          area => ({ ...area.dataset, path: area.querySelector('path').getAttribute('d') })) })));
      let areas = 0;
      for (const chart of charts) {
        const points = [];  // value, pixel
        for (const line of chart.lines) {
          const values = numbers(line.values);
          assert.deepEqual(values, at(opened.data, line.at), line.at);
          line.pixels.split(' ').forEach((pair, i) => { if (pair !== '-') points.push([values[i], Number(pair.split(',')[1])]); });
        }
        for (const area of chart.areas) {
          const low = numbers(area.low), high = numbers(area.high);
          assert.deepEqual(low, at(opened.data, area.atLow), area.atLow);
          assert.deepEqual(high, at(opened.data, area.atHigh), area.atHigh);
          const corners = [...area.path.matchAll(/[ML][\d.-]+ ([\d.-]+)/g)].map(corner => Number(corner[1]));
          [...high, ...low.toReversed()].forEach((value, i) => points.push([value, corners[i]]));
          ++areas;
        }
        if (chart.lines.length > 0) assert.ok(onOneScale(points, 0.15));
      }
      assert.equal(areas, 2 * opened.data.drawn.reduce((sum, one) => sum + one.bands.length + one.past.filter(p => p.low.length).length, 0));
    });

    test('bars: lengths proportional to their numbers', async () => {
      const charts = await opened.page.evaluate(() => [...document.querySelectorAll(':is(.wide, .narrow) svg.chart')].map(
        chart => [...chart.querySelectorAll('text[data-value]')].map(
          label => [Number(label.dataset.value), Number(label.previousElementSibling.getAttribute('width'))])));
      for (const bars of charts) assert.ok(onOneScale(bars.filter(([, width]) => width > 1), 0.12));
    });

    test('pointer and keys show the numbers of the data; a name shows its series', async () => {
      const { page } = opened, tip = page.locator('#tip');
      if (opened.data.drawn.length > 1) {
        await page.locator('.tabs label').nth(1).click();
        assert.ok(await page.locator('.p1').isVisible());
        assert.ok(!(await page.locator('.p0').isVisible()));
        await page.locator('.tabs label').nth(0).click();
      }
      await page.locator('#next-0-w-t').locator('..').focus();
      await page.keyboard.press('ArrowRight');
      const first = await tip.innerText();
      assert.equal(first.split('\n')[0], opened.data.drawn[0].stamps[0]);
      for (let i = 0; i < opened.data.drawn[0].history.length; ++i) await page.keyboard.press('ArrowRight');
      assert.match(await tip.innerText(), /^forecast: /m);
      assert.match(await tip.innerText(), /^90\s% band: .* to /m);
      await page.keyboard.press('Escape');
      assert.ok(!(await tip.isVisible()));
      assert.deepEqual(opened.faults, []);
    });
  });

  test(`${name}: complete without scripts`, async () => {
    const { page, faults, close } = await open(name, { scripts: false });
    const heads = await page.locator('main h2[id]').allInnerTexts();
    assert.deepEqual(heads, ['What comes next', 'Against simple rules', 'Where the errors are', 'How it was measured',
                             'Words used on this page']);
    for (const figure of await page.locator('figure').all()) {
      assert.ok((await figure.locator('figcaption').textContent()).length > 20, 'a figure without a caption');
    }
    for (const link of await page.locator('nav a').all()) {
      assert.equal(await page.locator(await link.getAttribute('href')).count(), 1);
    }
    assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN|\bnull\b|\bnan\b|\binf\b/);
    assert.deepEqual(faults, []);
    await close();
  });
}
