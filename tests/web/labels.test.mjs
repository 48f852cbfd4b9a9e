// Why: the pages about labels in a real browser: true to their data, complete without scripts, accessible on every screen.
// PAGES: a folder; its pages named verdict* and tagging* are of models of labels.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, looksWell, open, openedForItsFigures, pagesOf, quit, smallEnough } from './browser.mjs';
import { at, numbers, onOneScale } from './figures.mjs';

const pages = pagesOf('labels');
before(launch);
after(quit);

test('there are pages of verdicts and of taggings', () => {
  assert.ok(pages.filter(name => name.startsWith('verdict')).length >= 3);
  assert.ok(pages.filter(name => name.startsWith('tagging')).length >= 2);
});

for (const name of pages) {
  looksWell(name);
  smallEnough(name);

  describe(`${name}: true to its data`, () => {
    const opened = openedForItsFigures(name, 15);

    test('lines: the values of the data', async () => {
      const lines = await opened.page.evaluate(() => [...document.querySelectorAll('.series')].map(line => ({ ...line.dataset })));
      assert.ok(lines.length >= 2);
      for (const line of lines) assert.deepEqual(numbers(line.values), at(opened.data, line.at), line.at);
    });

    test('bars: lengths proportional to their numbers', async () => {
      const charts = await opened.page.evaluate(() => [...document.querySelectorAll(':is(.wide, .narrow) svg.chart')].map(
        chart => [...chart.querySelectorAll('rect + text[data-value]')].map(
          label => [Math.abs(Number(label.dataset.value)), Number(label.previousElementSibling.getAttribute('width'))])));
      assert.ok(charts.flat().length >= 5);
      for (const bars of charts) assert.ok(onOneScale(bars, 0.12));
    });

    test('what was read stands in the first picture, word by word', async () => {
      const read = (opened.data.steps ?? opened.data.words.map(word => word.word)).slice(0, 60);
      const shown = await opened.page.evaluate(() => [...document.querySelectorAll('#summary .wide svg.chart text')].map(text => text.textContent));
      if (name !== 'verdict-long') for (const word of read) assert.ok(shown.some(text => text.startsWith(word.slice(0, 8))), word);
      assert.deepEqual(opened.faults, []);
    });
  });

  test(`${name}: complete without scripts, the first picture on the first screen of a phone`, async () => {
    const { page, faults, close } = await open(name, { scripts: false, width: 390 });
    for (const figure of await page.locator('figure').all())
      assert.ok((await figure.locator('figcaption').textContent()).length > 20, 'a figure without a caption');
    for (const link of await page.locator('nav a').all()) assert.equal(await page.locator(await link.getAttribute('href')).count(), 1);
    assert.doesNotMatch(await page.locator('main').innerText(), /undefined|NaN|\bnull\b|\bnan\b|\binf\b/);
    assert.ok((await page.locator('figure').first().boundingBox()).y < 700);
    assert.deepEqual(faults, []);
    await close();
  });
}
