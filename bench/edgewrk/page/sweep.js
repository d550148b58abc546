// --- One server at many rates.
const median = values => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const steps = run.steps.filter(step => step.runs.length)
  .map(step => ({...step, of: name => median(step.runs.map(one => one[name]))}));
const atKnee = steps.find(step => step.rate === run.knee);
document.title = 'edgewrk: the knee of ' + run.url;
add(element('h1', {}, 'The knee of ' + run.url),
    element('div', {class: 'soft'}, `${run.connections} connections; ${run.began}` +
            (run.interrupted ? '; interrupted' : '')),
    element('div', {class: 'tiles'},
            tile(run.knee ? short(run.knee) : 'none', 'requests a second at the knee'),
            tile(short(run.closed_loop), 'a second in a closed loop'),
            tile(atKnee ? time(atKnee.of('p99')) : '-', 'p99 at the knee'),
            tile(count(run.errors), 'errors')),
    element('div', {class: 'verdict ' + (run.limited_by_client || !run.knee ? '' : 'good')},
            (run.knee ? `Up to the knee ${run.criterion}.`
                      : `Not even the lowest rates held: ${run.criterion}.`) +
            (run.all_held ? ' The last rate held: the knee may lie beyond it.' : '') +
            (run.limited_by_client ? ' Beyond it edgewrk itself had no processor time to spare: ' +
                                     'the server may bear more.' : '')));
if (steps.length > 1) {
  const names = ['p50', 'p99', 'p99.9'], colors = ['var(--a)', 'var(--b)', 'var(--c)'];
  const near = rate => steps.find(step => step.rate >= rate) || steps[steps.length - 1];
  plot('Latency by rate, from when a request was due',
       linearScale(steps[steps.length - 1].rate, short),
       logScale(steps.flatMap(step => names.map(name => Math.max(step.of(name), 1e-7))), time),
       names.map((name, i) => ({name, color: colors[i],
                                points: steps.map(step => [step.rate, step.of(name)])})),
       rate => `${count(near(rate).rate)} a second\n` +
               names.map(name => `${name} ${time(near(rate).of(name))}`).join('\n'),
       run.knee ? [run.knee, 'knee'] : undefined);
}
add(element('h2', {}, 'Rates'), table(steps.map(step =>
  [`${count(step.rate)} a second`,
   `p99 ${time(step.of('p99'))}, answered ${(100 * step.of('answered')).toFixed(2)} %, ` +
   (step.holds ? 'holds' : 'does not hold'), step.holds ? 'kept' : 'missed'])));
