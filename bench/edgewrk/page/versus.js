// --- Two servers in turn.
const names = Object.keys(run.metrics);
const value = (name, amount) => name === 'rate' ? short(amount) + ' /s' : time(amount);
const told = one => !one.differs ? '~' :
  `B ${Math.abs(100 * (one.b_to_a[0] - 1)).toFixed(1)} % ${one.b_to_a[0] > 1 ? 'higher' : 'lower'}`;
document.title = 'edgewrk: two servers';
add(element('h1', {}, 'Two servers in turn'),
    element('div', {class: 'soft'}, 'A ' + run.a), element('div', {class: 'soft'}, 'B ' + run.b),
    element('div', {class: 'soft'}, `${run.blocks} blocks of A, B, A; ${run.dropped} dropped ` +
            `because of the hypervisor; errors: A ${count(run.a_side.errors)}, B ` +
            `${count(run.b_side.errors)}; ${run.began}` +
            (run.interrupted ? '; interrupted' : '')),
    element('div', {class: 'tiles'}, ...names.map(name => tile(told(run.metrics[name]), name))));

// The ratios with their intervals: B/A, and A/A, which should be 1.
{
  const width = 1030, left = 110, right = 20, line = 22, top = 8;
  const ratios = names.flatMap(name => [run.metrics[name].b_to_a, run.metrics[name].a_to_a]);
  const low = Math.min(0.95, ...ratios.map(one => one[1]));
  const high = Math.max(1.05, ...ratios.map(one => one[2]));
  const height = top + names.length * (2 * line + 8) + 26;
  const px = ratio => left + (Math.log(ratio / low) / Math.log(high / low)) *
                             (width - left - right);
  const svg = element('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img',
                              'aria-label': 'Ratios with intervals'});
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find(one => (high - low) / one <= 12);
  for (let mark = Math.ceil(low / step) * step; mark <= high; mark += step) {
    svg.append(element('line', {class: 'grid', x1: px(mark), x2: px(mark), y1: top,
                                y2: height - 24}),
               element('text', {x: px(mark), y: height - 8, 'text-anchor': 'middle'},
                       mark.toFixed(step < 0.1 ? 2 : 1)));
  }
  svg.append(element('line', {class: 'marked', x1: px(1), x2: px(1), y1: top, y2: height - 24}));
  names.forEach((name, i) => {
    const y = top + i * (2 * line + 8) + line;
    svg.append(element('text', {x: left - 12, y: y + 14, 'text-anchor': 'end'}, name));
    [[run.metrics[name].b_to_a, 'var(--a)'], [run.metrics[name].a_to_a, 'var(--c)']].forEach(
      ([[middle, least, most], color], row) => {
        const at = y + row * line;
        svg.append(element('line', {x1: px(least), x2: px(most), y1: at, y2: at,
                                    style: `stroke: ${color}; stroke-width: 3`}),
                   element('circle', {cx: px(middle), cy: at, r: 5, style: `fill: ${color}`}));
      });
  });
  const legend = element('div', {class: 'legend'},
    ...[['B / A', 'var(--a)'], ['A / A, the same server', 'var(--c)']].map(([name, color]) =>
      element('span', {}, element('i', {style: `background: ${color}`}), name)));
  add(element('h2', {}, 'Ratios, with 95 % intervals'), legend, svg);
}

// What each block said, so that one can see what the intervals are made of.
const index = names.includes('cpu/request') ? names.indexOf('cpu/request') : 0;
const column = run.order[names[index]];
const shown = run.slices.map(([a, b, again], block) =>
  [block + 1, 2 * b[column] / (a[column] + again[column]), again[column] / a[column]])
  .filter(point => point.slice(1).every(ratio => ratio > 0 && isFinite(ratio)));
if (shown.length > 1) {
  const most = Math.max(...shown.flatMap(point => point.slice(1)));
  plot(`${names[index]}, block by block`,
       linearScale(shown[shown.length - 1][0], value => value.toFixed(0)),
       linearScale(most, one => one.toFixed(2)),
       [{name: 'B / A', color: 'var(--a)', points: shown.map(point => [point[0], point[1]])},
        {name: 'A / A', color: 'var(--c)', points: shown.map(point => [point[0], point[2]])}],
       block => { const one = shown.find(point => point[0] === block);
                  return `block ${block}\nB/A ${one[1].toFixed(3)}\nA/A ${one[2].toFixed(3)}`; });
}
add(element('h2', {}, 'Figures'), table(names.map(name => {
  const one = run.metrics[name];
  return [name, `A ${value(name, one.a)}, B ${value(name, one.b)}; B/A ` +
                `${one.b_to_a.map(ratio => ratio.toFixed(3)).join(', ')}: ${told(one)}`,
          one.differs ? 'told' : ''];
})));
