/** The report of a run: one HTML file with its plots inside, nothing to load. Pure. */
import { STYLE } from './reportStyle.ts';
import type { Run, Sample } from './samples.ts';
import { BIN_SECONDS, type Summary, seconds } from './summary.ts';
import { bars, escapeHtml, type Frame, path, plot, type Series } from './svg.ts';

export function reportHtml(run: Run, summary: Summary): string {
  const ok = run.problems.length === 0;
  const llm = run.standInLlm ? 'LLM: stand-in (not OpenAI)' : 'LLM: OpenAI API';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>FareRuleWorkerPool demo</title><style>${STYLE}</style></head><body><main>
<h1>FareRuleWorkerPool demo</h1>
<p class="lead">${run.outcomes.length} refund requests through a real cluster and a real process engine, ${escapeHtml(run.startedAt)}</p>
<p><span class="badge ${ok ? 'good' : 'bad'}">${ok ? 'passed' : 'failed'}</span><span class="badge note">${llm}</span></p>
${run.problems.map((problem) => `<p class="bad">${escapeHtml(problem)}</p>`).join('')}
${tiles(run, summary)}
${backlogPlot(run)}
${replicasPlot(run, summary)}
${throughputPlot(run, summary)}
${latencyPlot(run)}
<div class="columns">
${tableOf('Decisions', 'What the model answered, and MANUAL where it had no usable answer.', summary.decisions)}
${tableOf('Paths', 'The end event that each request reached. Reviews were answered by a stand-in back office.', summary.paths)}
</div>
${eventsTable(run)}
${conditions(run)}
</main></body></html>
`;
}

function tiles(run: Run, summary: Summary): string {
  const llm = run.samples.findLast((sample) => sample.llm)?.llm;
  const values: [string, string][] = [
    [`${summary.decided} of ${run.outcomes.length}`, 'decided'],
    [summary.perMinute.toFixed(0), `decisions/min (best 15 s: ${summary.bestPerMinute.toFixed(0)})`],
    [seconds(summary.decisionP50), `start to decision, p50 (p95 ${seconds(summary.decisionP95)})`],
    [seconds(llm?.p50Ms, 1_000), `LLM call, p50 (p95 ${seconds(llm?.p95Ms, 1_000)})`],
    [
      `$${llm?.costUSD.toFixed(4) ?? '?'}`,
      `${llm?.calls ?? '?'} LLM calls${run.standInLlm ? ", at gpt-4o-mini's price" : ''}`,
    ],
    [`${summary.minReplicas ?? '?'} → ${summary.peakReplicas}`, 'replicas, least and most'],
  ];
  return `<div class="tiles">${values
    .map(
      ([value, name]) =>
        `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(name)}</span></div>`,
    )
    .join('')}</div>`;
}

const frame = (run: Run, max: number, height = 220): Frame => ({
  width: 960,
  height,
  seconds: Math.max(1, run.samples.at(-1)?.t ?? 1),
  max,
});

const series = (
  run: Run,
  name: string,
  color: string,
  shape: Series['shape'],
  value: (sample: Sample) => number | undefined,
): Series => ({
  name,
  color,
  shape,
  points: run.samples.map((sample) => ({ t: sample.t, y: value(sample) })),
});

function linePlot(run: Run, title: string, text: string, lines: Series[], height?: number): string {
  const values = lines.flatMap(({ points }) => points.flatMap(({ y }) => y ?? []));
  const box = frame(run, Math.max(1, ...values), height);
  const drawn = plot(box, title, lines.map((line) => path(line, box)).join(''));
  return `<section><h2>${title}</h2><p>${escapeHtml(text)}</p>${legend(lines)}${drawn}</section>`;
}

const legend = (lines: Series[]): string =>
  `<div class="legend">${lines.map(({ name, color }) => `<span><i class="${color}"></i>${escapeHtml(name)}</span>`).join('')}</div>`;

const backlogPlot = (run: Run): string =>
  linePlot(run, 'Backlog', 'External tasks that wait for a worker, and tasks that one holds.', [
    series(run, 'pending', 's1', 'area', ({ pending }) => pending),
    series(run, 'in flight', 's2', 'line', ({ inFlight }) => inFlight),
  ]);

function replicasPlot(run: Run, { steps }: Summary): string {
  const text =
    steps.map(({ t, from, to }) => `${from} → ${to} at ${t.toFixed(0)} s`).join(', ') || 'No step.';
  return linePlot(
    run,
    'Replicas',
    text,
    [
      series(run, 'desired (spec.replicas)', 's1', 'step', ({ scale }) => scale?.desired),
      series(run, 'ready', 's2', 'step', ({ scale }) => scale?.ready),
      series(run, 'HPA wants', 's3', 'step', ({ scale }) => scale?.hpaDesired),
    ],
    180,
  );
}

function throughputPlot(run: Run, { bins }: Summary): string {
  const perMinute = bins.map((count) => (count * 60) / BIN_SECONDS);
  const box = frame(run, Math.max(1, ...perMinute));
  const label = (value: number, from: number) => `${value}/min from ${from} s to ${from + BIN_SECONDS} s`;
  const drawn = plot(box, 'Throughput', bars(perMinute, BIN_SECONDS, box, 's1', label));
  return `<section><h2>Throughput</h2><p>Decisions per minute, every ${BIN_SECONDS} seconds.</p>${drawn}</section>`;
}

function latencyPlot(run: Run): string {
  const points = run.outcomes.flatMap(({ decidedAt, decisionSeconds }) =>
    decidedAt === undefined || decisionSeconds === undefined ? [] : [{ t: decidedAt, y: decisionSeconds }],
  );
  const sorted = [...points].sort((a, b) => a.t - b.t);
  return linePlot(
    run,
    'Time to decision',
    'Seconds from the start of a request to its decision, by the moment of the decision.',
    [{ name: 'start to decision', color: 's1', shape: 'line', points: sorted }],
    180,
  );
}

function tableOf(title: string, text: string, entries: [string, number][]): string {
  const most = Math.max(1, ...entries.map(([, count]) => count));
  const rows = entries.map(
    ([name, count]) =>
      `<tr><td>${escapeHtml(name)}</td><td class="bar"><div style="width:${((count * 100) / most).toFixed(1)}%"></div></td>` +
      `<td class="number">${count}</td></tr>`,
  );
  return `<section><h2>${title}</h2><p>${text}</p><table>${rows.join('')}</table></section>`;
}

function eventsTable({ events, startedAt }: Run): string {
  const begin = Date.parse(startedAt);
  const rows = events.map(
    ({ at, object, reason, message }) =>
      `<tr><td class="number">${((Date.parse(at) - begin) / 1_000).toFixed(0)} s</td><td>${escapeHtml(object)}</td>` +
      `<td>${escapeHtml(reason)}</td><td>${escapeHtml(message)}</td></tr>`,
  );
  const text = "What the Horizontal Pod Autoscaler and the operator said, from the cluster's events.";
  return `<section><h2>Scaling events</h2><p>${text}</p><table>${rows.join('') || '<tr><td>none</td></tr>'}</table></section>`;
}

function conditions(run: Run): string {
  const { cores, memoryGB, node } = run.machine;
  const rows: [string, string][] = [
    [
      'LLM',
      run.standInLlm ? 'stand-in of this repository: decides by fixed rules, 1–2 s a call' : 'OpenAI API',
    ],
    ['Payment gateway, back office', 'stand-ins: no money moves, reviews follow a script'],
    [
      'Cluster',
      run.cluster === 'local'
        ? 'local: real control plane, one real node on this machine'
        : 'given by kubeconfig',
    ],
    ['Machine', `${cores} cores, ${memoryGB} GB; everything runs on it. Node ${node}`],
    [
      'Requests',
      `${run.outcomes.length} with ${new Set(run.outcomes.map(({ ticketName }) => ticketName)).size} different tickets`,
    ],
    ['Incidents', String(run.incidents)],
  ];
  const cells = rows.map(
    ([name, text]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(text)}</td></tr>`,
  );
  return `<section><h2>Conditions</h2><table>${cells.join('')}</table></section>`;
}
