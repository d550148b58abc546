'use strict';
const run = "THE RUN";

// --- Numbers in words.
const round = (value, unit) => +value.toPrecision(3) + ' ' + unit;
const time = s => s < 1e-6 ? round(s * 1e9, 'ns') : s < 1e-3 ? round(s * 1e6, 'µs')
                : s < 1 ? round(s * 1e3, 'ms') : round(s, 's');
const count = n => Math.round(n).toLocaleString('en');
const short = n => n >= 1e6 ? +(n / 1e6).toPrecision(3) + ' M' : n >= 1e3
                 ? +(n / 1e3).toPrecision(3) + ' k' : +n.toPrecision(3) + '';
const percent = x => (100 * x).toFixed(x < 0.1 ? 1 : 0) + ' %';

// --- The page, made of elements: nothing that comes from the run is ever read as markup.
const page = document.querySelector('main');
function element(name, attributes = {}, ...children) {
  const svg = ['svg', 'g', 'path', 'line', 'text', 'circle', 'rect'].includes(name);
  const made = svg ? document.createElementNS('http://www.w3.org/2000/svg', name)
                   : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const add = (...children) => page.append(...children);
function table(rows) {
  return element('table', {}, ...rows.filter(row => row).map(([name, value, style]) =>
    element('tr', {}, element('td', {class: 'soft'}, name),
            element('td', style ? {class: style} : {}, String(value)))));
}

const tile = (value, name) => element('div', {class: 'tile'}, element('b', {}, value),
                                      element('span', {class: 'soft'}, name));

// --- Plots. A scale turns values into a share of the axis and knows its marks.
function logScale(values, format) {
  const positive = values.filter(value => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive)) - 1e-9));
  const marks = [];
  for (let power = low; power <= high; ++power) marks.push([10 ** power, format(10 ** power)]);
  return {at: value => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low), marks};
}
function linearScale(most, format) {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(one => one * power >= rough) * power;
  const top = Math.ceil(most / step + 1e-9) * step || step;
  const marks = [];
  for (let value = 0; value <= top * 1.0001; value += step) marks.push([value, format(value)]);
  return {at: value => value / top, marks};
}
// `marked`: [value, text] of a line across, or nothing.
function plot(name, x, y, series, tip, marked) {
  const width = 1030, height = 300, left = 66, right = 24, top = 12, bottom = 30;
  const px = value => left + x.at(value) * (width - left - right);
  const py = value => height - bottom - y.at(value) * (height - top - bottom);
  const svg = element('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name});
  for (const [value, text] of y.marks) {
    svg.append(element('line', {class: 'grid', x1: left, x2: width - right, y1: py(value),
                                y2: py(value)}),
               element('text', {x: left - 8, y: py(value) + 4, 'text-anchor': 'end'}, text));
  }
  for (const [value, text] of x.marks) {
    svg.append(element('line', {class: 'grid', x1: px(value), x2: px(value), y1: top,
                                y2: height - bottom}),
               element('text', {x: px(value), y: height - 10, 'text-anchor': 'middle'}, text));
  }
  if (marked) {
    svg.append(element('line', {class: 'marked', x1: px(marked[0]), x2: px(marked[0]), y1: top,
                                y2: height - bottom}),
               element('text', {x: px(marked[0]) - 6, y: top + 12, 'text-anchor': 'end'},
                       marked[1]));
  }
  for (const one of series) {
    const points = one.points.map(([a, b]) => px(a).toFixed(1) + ' ' + py(b).toFixed(1));
    svg.append(element('path', {class: 'curve', d: 'M' + points.join('L'), 'data-name': one.name,
                                style: `stroke: ${one.color}`,
                                'stroke-dasharray': one.dashed ? '3 5' : 'none'}));
  }
  const cursor = element('line', {class: 'grid', y1: top, y2: height - bottom, x1: -9, x2: -9});
  svg.append(cursor);
  const box = document.getElementById('tip');
  svg.addEventListener('mousemove', event => {
    const where = svg.getBoundingClientRect();
    const at = (event.clientX - where.left) * width / where.width;
    const nearest = series[0].points.reduce((best, point) =>
      Math.abs(px(point[0]) - at) < Math.abs(px(best[0]) - at) ? point : best);
    cursor.setAttribute('x1', px(nearest[0]));
    cursor.setAttribute('x2', px(nearest[0]));
    box.textContent = tip(nearest[0]);
    box.style.display = 'block';
    box.style.left = Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8) + 'px';
    box.style.top = event.clientY + 14 + 'px';
  });
  svg.addEventListener('mouseleave', () => {
    box.style.display = 'none';
    cursor.setAttribute('x1', -9);
    cursor.setAttribute('x2', -9);
  });
  const legend = element('div', {class: 'legend'}, ...series.map(one =>
    element('span', {}, element('i', {style: `background: ${one.color}`}), one.name)));
  add(element('h2', {}, name), legend, svg);
}
