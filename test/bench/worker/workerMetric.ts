/** What a worker of ours says about itself. */
import { readFileSync } from 'node:fs';
import type { RunningProcess } from '../../support/process.ts';
import { sumOfSamples } from '../../support/samples.ts';

/** The sum of a metric's samples. */
export async function workerMetric({ logFile }: RunningProcess, name: string): Promise<number> {
  const port = /"metrics_port":(\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1];
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return sumOfSamples(text, name);
}
