// Why: the page is complete without it: the script only shows the number under the pointer or the keyboard cursor.
#include "pages/page_parts.h"

namespace rnn::core::pages {

std::string_view script() {
  static constexpr std::string_view kScript = R"js(
(() => {
  'use strict';
  const data = JSON.parse(document.getElementById('data').textContent);
  const tip = document.getElementById('tip'), said = document.getElementById('said');
  const look = pointer => pointer.split('/').slice(1).reduce((at, key) => at == null ? at : at[key], data);
  const show = value => value == null ? 'no number' : Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 0.001)
    ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  let later = 0;
  const say = text => { clearTimeout(later); later = setTimeout(() => { said.textContent = text; }, 250); };
  const place = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 4)) + 'px';
    tip.style.top = Math.max(4, y - box.height - 12 > 0 ? y - box.height - 12 : y + 20) + 'px';
  };
  const hide = () => { tip.hidden = true; document.querySelectorAll('.cursor').forEach(line => line.remove()); };
  addEventListener('keydown', event => { if (event.key === 'Escape') hide(); });
  addEventListener('scroll', hide, { passive: true });

  // A hidden state: which unit is under the pointer, and its value.
  const unit = (strip, number) => {
    const drawing = strip.firstElementChild, columns = Number(drawing.dataset.columns), values = look(strip.dataset.at);
    const rows = Math.ceil(Number(drawing.dataset.count) / columns), box = drawing.getBoundingClientRect();
    const shown = strip.dataset.units ? Number(strip.dataset.units.split(' ')[number]) : number;
    return { text: 'unit ' + shown + ': ' + show(values[shown]), x: box.left + (number % columns + .5) * box.width / columns,
             y: box.top + (Math.floor(number / columns) + .5) * box.height / rows };
  };
  const strips = document.querySelectorAll('.strip');
  strips.forEach(strip => {
    const drawing = strip.firstElementChild, columns = Number(drawing.dataset.columns), count = Number(drawing.dataset.count);
    strip.addEventListener('pointermove', event => {
      const box = drawing.getBoundingClientRect(), rows = Math.ceil(count / columns);
      const column = Math.min(columns - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * columns)));
      const row = Math.min(rows - 1, Math.max(0, Math.floor((event.clientY - box.top) / box.height * rows)));
      const number = row * columns + column;
      if (number < count) place(unit(strip, number).text, event.clientX, event.clientY); else hide();
    });
    strip.addEventListener('pointerleave', hide);
  });
  // Keyboard: the list of steps is one tab stop; left and right change the word, up and down the unit.
  document.querySelectorAll('.steps, .tiles').forEach(list => {
    const cards = [...list.children];
    let card = 0, number = 0;
    list.tabIndex = 0;
    list.setAttribute('aria-label', 'Steps: left and right change the word, up and down the unit');
    list.addEventListener('keydown', event => {
      const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
      if (!move) return;
      event.preventDefault();
      card = Math.min(cards.length - 1, Math.max(0, card + move[0]));
      const strip = [...cards[card].querySelectorAll('.strip')].pop();
      number = Math.min(Number(strip.firstElementChild.dataset.count) - 1, Math.max(0, number + move[1]));
      const found = unit(strip, number), word = cards[card].querySelector('.tile, .read').textContent;
      place(word + '\n' + found.text, found.x, found.y);
      say(found.text + ' after ' + word);
    });
    list.addEventListener('blur', hide);
  });

  // Lines: the values of all lines at the nearest point of the axis.
  document.querySelectorAll('svg.chart').forEach(chart => {
    const lines = [...chart.querySelectorAll('.series')].map(group => ({
      name: group.dataset.name, x: group.dataset.x.split(','), y: group.dataset.values.split(','),
      pixels: group.dataset.pixels.split(' ').map(pair => pair.split(',').map(Number)) }));
    if (lines.length === 0) return;
    const areas = [...chart.querySelectorAll('.band')].map(group => ({
      name: group.dataset.name, x: group.dataset.x.split(','), low: group.dataset.low.split(','),
      high: group.dataset.high.split(',') }));
    const number = text => text === 'null' ? 'no number' : show(Number(text));
    const stops = new Map();
    lines.forEach(line => line.pixels.forEach((pair, i) => { if (pair.length === 2) stops.set(line.x[i], pair[0]); }));
    const order = [...stops.entries()].sort((a, b) => a[1] - b[1]);
    if (order.length === 0) return;
    const names = (chart.dataset.names || '').split('\t'), view = chart.viewBox.baseVal;
    const at = (index, x, y) => {
      const [key, px] = order[index];
      const rows = lines.filter(line => line.x.includes(key)).map(line => {
        return line.name + ': ' + number(line.y[line.x.indexOf(key)]);
      });
      areas.filter(area => area.x.includes(key)).forEach(area => {
        const i = area.x.indexOf(key);
        rows.push(area.name + ': ' + number(area.low[i]) + ' to ' + number(area.high[i]));
      });
      const text = (chart.dataset.names ? names[Number(key)] : key) + '\n' + rows.join('\n');
      chart.querySelectorAll('.cursor').forEach(line => line.remove());
      const mark = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      mark.setAttribute('class', 'cursor');
      mark.setAttribute('d', 'M' + px + ' 30V' + chart.dataset.bottom);
      chart.append(mark);
      place(text, x, y);
      return text;
    };
    chart.addEventListener('pointermove', event => {
      const box = chart.getBoundingClientRect(), px = (event.clientX - box.left) / box.width * view.width;
      let near = 0;
      order.forEach((stop, i) => { if (Math.abs(stop[1] - px) < Math.abs(order[near][1] - px)) near = i; });
      at(near, event.clientX, event.clientY);
    });
    chart.addEventListener('pointerleave', hide);
    let cursor = -1;
    chart.tabIndex = 0;
    chart.addEventListener('keydown', event => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!move) return;
      event.preventDefault();
      cursor = Math.min(order.length - 1, Math.max(0, cursor + move));
      const box = chart.getBoundingClientRect();
      say(at(cursor, box.left + order[cursor][1] / view.width * box.width, box.top + 40));
    });
    chart.addEventListener('blur', hide);
  });
})();
)js";
  return kScript;
}

}  // namespace rnn::core::pages
