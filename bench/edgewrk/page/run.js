// --- What the run came to.
const open = run.plan.rate > 0;
const main = open ? run.latency.scheduled : run.latency.raw;
const quantile = name => (main.quantiles[name].at_least ? '≥ ' : '') +
                         time(main.quantiles[name].seconds);
document.title = 'edgewrk: ' + run.plan.url;
add(element('h1', {}, run.plan.url),
    element('div', {class: 'soft'},
            `${run.plan.connections} connections on ${run.plan.threads} threads, ` +
            `${run.plan.pipeline} in flight on each, ${+run.seconds.toFixed(2)} s, ` +
            (open ? `${count(run.plan.rate)} requests a second, ${run.plan.arrivals} arrivals`
                  : 'closed loop') + `; ${run.began}` +
            (run.interrupted ? '; interrupted' : '')));
add(element('div', {class: 'tiles'}, tile(short(run.rate), 'answers a second'),
            ...['p50', 'p99', 'p99.9'].map(name => tile(quantile(name), name)),
            tile((main.max_at_least ? '≥ ' : '') + time(main.max), 'max'),
            tile(count(run.requests.errors), 'errors')));
const words = {
  CLIENT: 'Bottleneck: CLIENT. edgewrk itself had no processor time to spare: these numbers are ' +
          'its own, not the server\'s.',
  SERVER: 'Bottleneck: SERVER, or the way to it: the client waited for answers.',
  NEITHER: 'Bottleneck: NEITHER. The load was light.',
};
add(element('div', {class: 'verdict ' + (run.exit_code ? 'bad' : run.audit.bottleneck === 'CLIENT'
                                         ? '' : 'good')},
            (run.requests.errors && run.exit_code ? 'There were errors: see below. ' : '') +
            (run.objectives.some(one => !one.kept) ? 'An objective was missed: see below. ' : '') +
            words[run.audit.bottleneck]));

if (main.count) {
  // By the number of nines: 0, 90 %, 99 %, ... at equal distances.
  const most = Math.min(Math.max(...main.curve.map(([share]) => 1 / (1 - share))), 1e7);
  const nines = {at: share => Math.log10(1 / (1 - share)) / Math.log10(most), marks: []};
  for (let power = 0; 10 ** power <= most * 1.001; ++power) {
    nines.marks.push([1 - 10 ** -power, power ? +(100 - 10 ** (2 - power)).toFixed(6) + ' %' : '0']);
  }
  const curves = [[open ? 'from when it was due' : 'latency', main, 'var(--a)']];
  if (open) curves.push(['from when it was sent', run.latency.raw, 'var(--b)'],
                        ['our own lateness in sending', run.latency.send_lag, 'var(--c)']);
  const at = (curve, share) => curve.find(point => point[0] >= share) || curve[curve.length - 1];
  plot('Latency by percentile', nines,
       logScale(curves.flatMap(([, one]) => one.curve.map(point => Math.max(point[1], 1e-7))), time),
       curves.map(([name, one, color]) => ({name, color, points: one.curve})),
       share => `${+(100 * share).toPrecision(8)} %\n` + curves.map(([name, one]) =>
         `${name}: ${at(one.curve, share)[2] ? '≥ ' : ''}${time(at(one.curve, share)[1])}`)
         .join('\n'));
}
const windows = run.timeline.filter(window => window[1] > 0);
if (windows.length > 1) {
  const seconds = linearScale(run.seconds, value => +value.toPrecision(4) + ' s');
  seconds.at = value => value / run.seconds;
  seconds.marks = seconds.marks.filter(([value]) => value <= run.seconds * 1.001);
  const around = value => run.timeline.find(window => window[0] >= value);
  const column = (name, index, color, dashed) =>
    ({name, color, dashed, points: windows.map(window => [window[0], window[index]])});
  plot('Latency over time', seconds,
       logScale(windows.flatMap(window => window.slice(2)), time),
       [column('p50', 2, 'var(--a)'), column('p99', 3, 'var(--b)'),
        column('max', 4, 'var(--c)', true)],
       value => { const one = around(value); return `${one[0].toFixed(2)} s\np50 ${time(one[2])}\n` +
                  `p99 ${time(one[3])}\nmax ${time(one[4])}`; });
  plot('Answers a second', seconds,
       linearScale(Math.max(...run.timeline.map(window => window[1])), short),
       [{name: 'rate', color: 'var(--a)', points: run.timeline.map(([a, b]) => [a, b])}],
       value => `${value.toFixed(2)} s\n${count(around(value)[1])} a second`);
}

const r = run.requests, audit = run.audit;
const accounting = table([
  ['sent', count(r.sent) + (r.carried ? ` and ${count(r.carried)} before` : '')],
  ['answered', count(r.answered)], ['answered after the end', count(r.answered_later)],
  ['failed', count(r.failed), r.failed && 'missed'],
  ['never answered', count(r.in_flight), r.in_flight && 'missed'],
  open && ['due but never sent', count(r.never_sent), r.never_sent && 'missed'],
  ['timeouts', count(r.timeouts), r.timeouts && 'missed'],
  ['unsolicited', count(r.unsolicited), r.unsolicited && 'missed'],
  ...Object.entries(r.statuses).map(([code, n]) => ['status ' + code, count(n),
                                                    code > 399 && 'missed']),
  ...Object.entries(r.complaints).map(([text, n]) => [text, count(n), 'missed']),
  ['this adds up', audit.adds_up ? 'yes' : 'NO', audit.adds_up ? '' : 'missed'],
]);
const checks = table([
  ...run.objectives.map(one => [one.objective, (one.kept ? 'kept: ' : 'missed: ') + one.found,
                                one.kept ? 'kept' : 'missed']),
  audit.little_ratio && ['rate × latency, of what was in flight', percent(audit.little_ratio)],
  ['slowest and fastest connection, of the mean',
   `${audit.slowest_connection.toFixed(2)}, ${audit.fastest_connection.toFixed(2)}`],
  open && ['of what was due was sent', percent(audit.rate_reached)],
  ['client: a core, and wanted', `${percent(audit.client_cpu)}, ${percent(audit.client_wanted)}`],
  ...(run.server ? [['server: processor time per request', time(run.server.cpu_per_request)],
                    ['server: of a core', percent(run.server.cpu_share)],
                    run.server.has_company && ['server: these are of the company, too', ''],
                    ['server: context switches per request',
                     run.server.context_switches_per_request?.toFixed(3) ?? 'unknown'],
                    ['server: system calls per request',
                     run.server.syscalls_per_request?.toFixed(3) ?? 'not counted (needs root)'],
                    ['server: memory, without connections, with them, in the end',
                     [run.server.memory_idle, run.server.memory_before, run.server.memory_after]
                       .map(bytes => short(bytes) + 'B').join(', ')]]
                 : []),
]);
add(element('div', {class: 'columns'},
            element('div', {}, element('h2', {}, 'Requests'), accounting),
            element('div', {}, element('h2', {}, 'Audit'), checks)));
for (const kind of run.company ? run.company.kinds : []) {
  const ends = kind.closed_by_server;
  add(element('h2', {}, `Beside: ${kind.kind}:${kind.count}`), table([
    ['opened', count(kind.opened)],
    ['refused', count(kind.refused)],
    kind.failed_here && ['failed here', count(kind.failed_here), 'missed'],
    kind.complaint && ['because', kind.complaint],
    ['open at the end', count(kind.open_at_end)],
    kind.wrong && ['wrong answers', count(kind.wrong), 'missed'],
    kind.bad && ['bad statuses', count(kind.bad)],
    ['closed by the server: in protocol, FIN, reset',
     [ends.in_protocol, ends.fin, ends.reset].map(count).join(', ')],
    ends.in_protocol + ends.fin + ends.reset &&
      ['… after, in the mean and at most', `${time(kind.lived.mean)}, ${time(kind.lived.max)}`],
    ['requests, answers', `${count(kind.requests)}, ${count(kind.answers)}`],
    kind.half_close && ['half-closed: complete, incomplete answers',
                        `${count(kind.half_close.complete)}, ${count(kind.half_close.incomplete)}`],
    kind.half_close && kind.half_close.unended &&
      ['half-closed: answered and not ended', count(kind.half_close.unended)],
  ]));
}
const about = table([
  ['command', 'edgewrk ' + run.arguments.join(' ')],
  ['machine', `${run.machine.cpu}; ${run.machine.kernel}; processors ${run.machine.cpus}`],
  ['meanwhile', `${run.machine.steal_seconds.toFixed(2)} s stolen by the hypervisor, ` +
                `${run.machine.cpu_pressure_seconds.toFixed(2)} s of waiting for a processor`],
  ['edgewrk', `${run.version}, ${run.machine.compiler}, ${run.machine.build}`],
]);
about.className = 'prose';
add(element('h2', {}, 'The run'), about);
