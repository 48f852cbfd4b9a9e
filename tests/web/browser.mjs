// Why: what every test of a page needs: a browser, and the checks that apply to every page.
// PAGES: the folder of the pages.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { at, contrast, mix, rgb, says } from './figures.mjs';

export const folder = path.resolve(process.env.PAGES);
export const names = fs.readdirSync(folder).filter(name => name.endsWith('.html')).map(name => name.slice(0, -5)).sort();
// Kinds of pages with tests of their own; what is none of them is about language models.
const kinds = { forecast: /^forecast/, hearing: /^hearing/, labels: /^(verdict|tagging)/, translation: /^translation/ };
export const pagesOf = kind => names.filter(
  name => (kind ? kinds[kind].test(name) : !Object.values(kinds).some(pattern => pattern.test(name))));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;

export async function launch() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}
export const quit = () => browser?.close();

export async function open(name, { width = 1280, scheme = 'light', scripts = true, motion = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts,
    reducedMotion: motion ? 'no-preference' : 'reduce' });
  context.setDefaultTimeout(15000);
  const page = await context.newPage(), faults = [], address = 'file://' + path.join(folder, name + '.html');
  page.on('console', message => faults.push(`console: ${message.text()}`));
  page.on('pageerror', error => faults.push(`error: ${error.message}`));
  page.on('request', request => { if (request.url() !== address) faults.push(`request: ${request.url().slice(0, 80)}`); });
  await page.goto(address);
  return { page, faults, close: () => context.close() };
}

const serious = async page => {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const where = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ');
  return violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.help}: ${where(v.nodes)}`);
};

// Chart labels that leave their drawing or cover each other; slanted ones are not checked.
const crowded = page => page.evaluate(() => {
  const found = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    const frame = chart.getBoundingClientRect();
    if (frame.width === 0) continue;
    const labels = [...chart.querySelectorAll('text:not([transform])')].map(
      label => ({ text: label.textContent, box: label.getBoundingClientRect() }));
    for (const { text, box } of labels) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
        found.push(`${chart.getAttribute('aria-labelledby')}: "${text}" leaves the drawing`);
      }
    }
    labels.forEach((a, i) => labels.slice(i + 1).forEach(b => {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > 4) found.push(`${chart.getAttribute('aria-labelledby')}: "${a.text}" covers "${b.text}"`);
    }));
  }
  return found;
});

// Contrast of words in the colours of the series, and of words on the bars of next words.
async function contrasts(page) {
  const names = ['paper', 'card', 'ink', 'soft', 'link', ...[0, 1, 2, 3, 4, 5].map(s => `s${s}`), 'wash'];
  const colour = await page.evaluate(all => {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(all.map(name => [name, style.getPropertyValue('--' + name).trim()]));
  }, names);
  const wash = parseFloat(colour.wash) / 100, low = [];
  const check = (what, ratio) => { if (!(ratio >= 4.5)) low.push(`${what}: ${ratio.toFixed(2)}`); };
  for (const back of ['paper', 'card']) {
    for (const front of names.slice(2, -1)) check(`${front} on ${back}`, contrast(rgb(colour[front]), rgb(colour[back])));
  }
  for (let s = 0; s < 6; ++s) {
    check(`ink on bar ${s}`, contrast(rgb(colour.ink), mix(rgb(colour[`s${s}`]), rgb(colour.card), wash)));
  }
  return low;
}

// Tests of a page at two widths in both colour schemes, opened once and then resized, as a reader turns a phone.
export function looksWell(name) {
  describe(`${name}: no messages, no requests, accessible, nothing cut off`, () => {
    let opened;
    before(async () => { opened = await open(name); });
    after(() => opened.close());
    for (const width of [390, 1280]) {
      for (const scheme of ['light', 'dark']) {
        test(`${width} px, ${scheme}`, async () => {
          const { page, faults } = opened, tabs = page.locator('.tabs label');
          const fold = out => page.evaluate(show => document.querySelectorAll('details').forEach(one => { one.open = show; }), out);
          const room = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme: scheme });
          if (await tabs.count() > 0) await tabs.first().click();
          await fold(false);
          assert.equal(await room(), 0, 'wider than the screen');
          assert.deepEqual(await crowded(page), []);
          assert.deepEqual(await contrasts(page), []);
          if (await tabs.count() > 0) await tabs.last().click();
          await fold(true);
          assert.equal(await room(), 0, 'wider than the screen with its tables open');
          assert.deepEqual(await serious(page), []);
          assert.deepEqual(faults, []);
        });
      }
    }
  });
}

// Checks that every printed figure shows its number and that the data have it; more than `least` have a JSON pointer.
async function figuresAreTrue(page, data, least) {
  const figures = await page.evaluate(() => [...document.querySelectorAll('[data-value]')].map(element => ({
    text: element.textContent, value: element.dataset.value, at: element.dataset.at,
    same: element.tagName !== 'DATA' || element.getAttribute('value') === element.dataset.value })));
  assert.ok(figures.filter(figure => figure.at).length > least, `${figures.length} figures`);
  for (const { text, value, at: pointer, same } of figures) {
    const exact = value === 'null' ? null : Number(value);
    assert.ok(same, `${text}: value and data-value differ`);
    if (pointer) assert.equal(at(data, pointer), exact, `${pointer}, printed as ${text}`);
    assert.ok(says(text, exact, pointer), `"${text}" is not ${value} (${pointer})`);
  }
}

// In a describe(): what open() gives, with the page's `data`, for its tests; the first is that more than `least` figures are true.
export function openedForItsFigures(name, least) {
  const opened = {};
  before(async () => {
    Object.assign(opened, await open(name));
    opened.data = JSON.parse(await opened.page.locator('#data').textContent());
  });
  after(() => opened.close());
  test('every printed figure shows its number from the data', async () => {
    await figuresAreTrue(opened.page, opened.data, least);
  });
  return opened;
}

export const smallEnough = name => test(`${name}: small enough to send`, () => {
  assert.ok(fs.statSync(path.join(folder, `${name}.html`)).size <= 2e6);
});
