// Why: the page of a recogniser in a real browser: true to its data, complete without scripts, accessible on every screen.
// PAGES: a folder; its pages named hearing* are of recognisers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, looksWell, open, openedForItsFigures, pagesOf, quit, smallEnough } from './browser.mjs';

const pages = pagesOf('hearing');
before(launch);
after(quit);

test('there is a page of a recogniser', () => assert.ok(pages.length >= 1));

for (const name of pages) {
  looksWell(name);
  smallEnough(name);

  describe(`${name}: true to its data`, () => {
    const opened = openedForItsFigures(name, 10);

    test('every word stands above its sound', async () => {
      const texts = await opened.page.evaluate(() => [...document.querySelectorAll('.wide svg.chart')].map(
        chart => [...chart.querySelectorAll('text')].map(text => text.textContent)));
      assert.ok(texts.length >= 2);
      for (const chart of texts) for (const word of opened.data.words) assert.ok(chart.some(text => text.startsWith(word.text[0])), word.text);
    });
  });
}
