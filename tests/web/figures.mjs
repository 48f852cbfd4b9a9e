// Why: printed figures must be the exact numbers, rounded, and drawn lengths must be proportional to their numbers.

export const at = (data, pointer) =>
  pointer.split('/').slice(1).reduce((value, key) => value?.[key], data);

// The numbers of a list such as data-values; null: not finite.
export const numbers = list => list.split(',').map(value => (value === 'null' ? null : Number(value)));

const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const exponent = text => Number([...text].map(c => (c === '⁻' ? '-' : digits.indexOf(c))).join(''));

// "1,234.5", "−0.12", "3.1 × 10⁻⁵": the number and half a unit of its last digit.
export function read(text) {
  const found = /^([+−-]?)([\d,]+)(\.\d+)?(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?$/.exec(text);
  if (!found) return undefined;
  const [, sign, whole, fraction = '', power = ''] = found, scale = power === '' ? 1 : 10 ** exponent(power);
  const size = Number(whole.replaceAll(',', '') + fraction) * scale;
  const half = 0.5 * 10 ** -Math.max(0, fraction.length - 1) * scale;
  return { number: sign === '−' || sign === '-' ? -size : size, half };
}

const near = (text, exact, scale = 1) => {
  const found = read(text);
  return found !== undefined && Math.abs(found.number - exact * scale) <= found.half * (1 + 1e-6);
};

// Does `text` show `exact`? `pointer` shows what kind of figure it is. JSON has null for a number that is not finite.
export function says(text, exact, pointer = '') {
  text = text.replaceAll('\u00a0', ' ').trim();
  if (exact === null) return ['infinite', 'minus infinite', 'not a number'].includes(text);
  if (pointer.endsWith('/surprise')) exact = 2 ** -exact;  // printed as the probability it means
  if (pointer.endsWith('/half_life') && exact < 0) return /^more (than \d+ steps|steps than measured)$/.test(text);
  if (pointer.endsWith('/adds') || (pointer.endsWith('/lost') && /^[+−]?\d+$/.test(text))) exact *= 100;  // percentage points
  if (text === 'under 1 %' || text === '<1 %') return exact > 0 && exact < 0.01;
  if (text === 'over 99 %' || text === '>99 %') return exact > 0.99 && exact < 1;
  let found = /^1 part in ([\d,]+)$/.exec(text);
  if (found) return Math.abs(1 / exact / read(found[1]).number - 1) <= 0.051;
  if (text === 'less than 1 part in 10 million') return exact > 0 && exact < 1.05e-7;
  if (text === 'more than 10 million') return exact >= 9.95e6;
  if (text === 'less than a thousandth') return Math.abs(exact) < 0.001;
  found = /^(\d+) of \d+$/.exec(text);
  if (found) return Number(found[1]) === exact;
  text = text.replace(/^at least /, '');
  if (pointer.endsWith('/hidden')) text = text.replace(/^\d+ × /, '');  // "2 × 256": layers and units
  found = /^(.*?)(?: (%|µs|ms|s|steps))?$/.exec(text);
  return near(found[1], exact, { '%': 100, ms: 1e-3 }[found[2]] ?? 1);
}

// One scale for all: pixels = a + b * value within `slack`. Fewer than three points fit any scale.
export function onOneScale(pairs, slack) {
  if (pairs.length < 3) return true;
  const low = pairs.reduce((a, b) => (b[0] < a[0] ? b : a)), high = pairs.reduce((a, b) => (b[0] > a[0] ? b : a));
  const slope = high[0] === low[0] ? 0 : (high[1] - low[1]) / (high[0] - low[0]);
  return pairs.every(([value, pixel]) => Math.abs(low[1] + slope * (value - low[0]) - pixel) <= slack);
}

// The level of a cell's colour, from -7 to 7, as computed in single precision.
export function level(value) {
  const scaled = Math.fround(Math.fround(Math.max(-1, Math.min(1, value))) * 7);
  return Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
}

const channel = value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
export const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
export const mix = (over, under, part) => over.map((value, i) => value * part + under[i] * (1 - part));
// WCAG 2.2, 1.4.3: (lighter + 0.05) / (darker + 0.05).
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
