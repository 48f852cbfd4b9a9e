// Why: the checks of the page are worth something only if they can tell right from wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, contrast, level, onOneScale, rgb, says } from './figures.mjs';

test('a printed figure is its number, rounded', () => {
  for (const [text, exact, pointer] of [
    ['14.4', 14.449, ''], ['1,440', 1440.4, ''], ['0.0312', 0.03124, ''], ['3.1 × 10⁻⁵', 3.14e-5, ''],
    ['43 %', 0.432, ''],
    ['under 1 %', 0.004, ''], ['over 99 %', 0.996, ''], ['infinite', null, ''],
    ['25 %', 2, '/steps/1/surprise'],
    ['1.4 ms', 1430, ''], ['8.2 µs', 8.21, ''], ['4.0 steps', 4.02, ''], ['more than 36 steps', -1, '/half_life'],
    ['2 × 256', 256, '/hidden'], ['1 part in 2,300', 1 / 2312, ''], ['−0.12', -0.121, ''], ['at least 200 steps', 200, ''],
    ['less than 1 part in 10 million', 2.13e-32, ''], ['34 of 40', 34, ''], ['>99 %', 0.998, '']]) {
    assert.ok(says(text, exact, pointer), `${text} is ${exact}`);
  }
});

test('wrongly printed figures are found', () => {
  for (const [text, exact, pointer] of [
    ['14.4', 14.46, ''], ['1,440', 1441.2, ''], ['0.0312', 0.0313, ''], ['3.1 × 10⁻⁵', 3.14e-6, ''],
    ['43 %', 0.438, ''],
    ['under 1 %', 0.02, ''], ['over 99 %', 1, ''], ['infinite', 3, ''], ['14.4', null, ''], ['25 %', 3, '/steps/1/surprise'],
    ['1.4 ms', 14300, ''], ['more than 36 steps', 4, '/half_life'], ['2 × 256', 128, '/hidden'], ['much', 1, ''],
    ['1 part in 2,300', 1 / 4000, ''], ['0.12', -0.121, '']]) {
    assert.ok(!says(text, exact, pointer), `${text} is not ${exact}`);
  }
});

test('pointers, colours, scales', () => {
  assert.equal(at({ a: [{ b: 3 }] }, '/a/0/b'), 3);
  assert.equal(at({ a: null }, '/a/0/b'), undefined);
  assert.deepEqual([-2, -0.5, 0, 0.07, 0.08, 1].map(level), [-7, -4, 0, 0, 1, 7]);
  assert.ok(onOneScale([[0, 10], [1, 20], [2, 30]], 0.1));
  assert.ok(!onOneScale([[0, 10], [1, 21], [2, 30]], 0.1));
  assert.equal(contrast(rgb('#000000'), rgb('#ffffff')), 21);
});
