/** `make bench-worker`: the worker's benchmark, part by part, each of which may fail without the others. */
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { measureSafety } from '../../safety/measure.ts';
import { say, step } from '../../support/step.ts';
import { estimateLine } from '../estimate.ts';
import { type Figure, figure } from '../figures.ts';
import { bundled } from '../image.ts';
import { Results } from '../results.ts';
import { Backends } from './backends.ts';
import { estimate } from './estimate.ts';
import { measureLatency } from './latency/latency.ts';
import { pythonWithClient } from './peers/python.ts';
import { measureQuota } from './quota/quota.ts';
import { measureReuse } from './reuse/reuse.ts';
import { safetyFigures } from './safety/safetyFigures.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { table } from './table.ts';
import { measureThroughput } from './throughput/throughput.ts';

/** With an engine of its own: no environment has to be up, and none should be, for it would be measured too. */
export async function benchWorker(): Promise<number> {
  const settings = settingsFrom(process.env);
  say(estimateLine(estimate(settings)));
  await step("the worker's bundle", () => bundled('worker'));
  if (settings.pythonSeconds > 0) await step("the Python client's environment", pythonWithClient);
  const backends = await Backends.start();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(new Error('interrupted'));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await Promise.race([measure(settings, backends), interrupted]);
  } finally {
    await step('ending what was started', () => backends.stop());
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function measure(settings: Settings, backends: Backends): Promise<number> {
  const results = new Results('worker');
  const failed: string[] = [];
  const machine = conditions();
  const publish = (figures: Figure[]) => results.put(figures);
  const part = async (title: string, work: () => Promise<void>) => {
    await step(`PART ${title}`, work).catch((error: Error) => {
      say(`FAILED: ${title}: ${error.message}`);
      failed.push(`${title}: ${error.message}`);
    });
  };
  // The most important ones first, for a run that is interrupted.
  await part('throughput', () => measureThroughput(settings, backends, machine, publish));
  await part('wake and latency', () => measureLatency(settings, backends, machine, publish));
  await part('quota', () => measureQuota(settings, backends, machine, publish));
  await part('cache', () => measureReuse(settings, backends, machine, publish));
  await part('adversarial tickets', async () => publish(safetyFigures(await measureSafety(), machine)));
  publish(documentFigures(results.figures));
  const lines = table(results.figures);
  writeFileSync(results.path.replace(/json$/, 'txt'), `${lines.join('\n')}\n`);
  say('');
  for (const line of lines) say(line);
  say(`\nConditions and all figures: ${results.path}`);
  for (const failure of failed) say(`FAILED: ${failure}`);
  return failed.length > 0 ? 1 : 0;
}

/** What the architecture document says about one worker, beside what one pod did here; pure. */
export function documentFigures(figures: readonly Figure[]): Figure[] {
  const words = 'as the architecture document states it';
  const of = (name: string) => figures.find((found) => found.name === name && found.peer === null);
  const throughput = of('throughput_per_s');
  const memory = of('peak_rss_mb');
  return [
    ...(throughput
      ? [
          figure('one_worker_per_min', throughput.value * 60, '1/min', throughput.conditions, {
            goal: '≥ 40',
          }),
          figure('one_worker_per_min', 40, '1/min', words, { peer: 'document' }),
        ]
      : []),
    ...(memory ? [figure('peak_rss_mb', 512, 'MB', words, { peer: 'document' })] : []),
  ];
}

/** What every figure was measured on. */
function conditions(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `Camunda 7.24 on PostgreSQL, all processes on ${cpus().length} cores and ${gigabytes} GB, Node ${process.version}`;
}
