/** `make bench-worker`: the worker's benchmark, part by part, each of which may fail without the others. */
import { cpus, totalmem } from 'node:os';
import { say, step, stopStepsOn } from '../../support/step.ts';
import type { Figure } from '../figures.ts';
import { bundled } from '../image.ts';
import { Results } from '../results.ts';
import { Backends } from './backends.ts';
import { pythonWithClient } from './peers/python.ts';
import { type Settings, settingsFrom } from './settings.ts';
import { measureThroughput } from './throughput/throughput.ts';

/** With an engine of its own: no environment has to be up, and none should be, for it would be measured too. */
export async function benchWorker(): Promise<number> {
  const settings = settingsFrom(process.env);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  stopStepsOn(interrupted.signal);
  await step("the worker's bundle", () => bundled('worker'));
  if (settings.pythonSeconds > 0) await step("the Python client's environment", pythonWithClient);
  const backends = await Backends.start();
  try {
    return await measure(settings, backends);
  } finally {
    await backends.stop();
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
  await part('throughput', () => measureThroughput(settings, backends, machine, publish));
  say(`\nConditions and all figures: ${results.path}`);
  for (const failure of failed) say(`FAILED: ${failure}`);
  return failed.length > 0 ? 1 : 0;
}

/** What every figure was measured on. */
function conditions(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `Camunda 7.24 on PostgreSQL, all processes on ${cpus().length} cores and ${gigabytes} GB, Node ${process.version}`;
}
