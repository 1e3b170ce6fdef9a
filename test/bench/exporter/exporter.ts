/**
 * `make bench-exporter`: what the exporter costs an engine with a long history.
 * With an engine of its own: no environment has to be up, and none should be.
 */
import { cpus } from 'node:os';
import { deployRefundProcess } from '../../integration/refundProcess.ts';
import { say, step } from '../../support/step.ts';
import { sleep } from '../../support/wait.ts';
import { countMilliseconds } from '../engine/countCost.ts';
import { type Figure, figure } from '../figures.ts';
import { Results } from '../results.ts';
import { median } from '../statistics.ts';
import { fromVariables } from '../variables.ts';
import { Backends } from '../worker/backends.ts';
import { copyInstances, databaseSize, withoutIndexes } from './manyInstances.ts';
import { MeasuredReader } from './measuredReader.ts';

const DEFAULTS = {
  /** Thousands of ended instances. */
  thousands: 1_000,
  /** Of each kind; a busy one takes ten seconds. */
  rounds: 15,
};
const VARIABLES = { BENCH_THOUSANDS: 'thousands', BENCH_ROUNDS: 'rounds' } as const;
const DAYS = 30;
const EVERY_SECONDS = 10;
/** Instances that end between two rounds: 100 a second. */
const BUSY = 100 * EVERY_SECONDS;

export async function benchExporter(): Promise<number> {
  const { thousands, rounds } = fromVariables(process.env, DEFAULTS, VARIABLES);
  const backends = await Backends.start();
  try {
    const [engine = ''] = backends.engines;
    const refunds = await deployRefundProcess({ engines: backends.engines, postgres: backends.database });
    const template = await refunds.decided('ALLOWED');
    await refunds.engine.waitUntilEnded(template);
    const { processKey } = refunds.engine;
    await step(`${thousands},000 ended instances`, () =>
      withoutIndexes(backends.database, () =>
        copyInstances(backends.database, template, thousands * 1_000, {
          end: "localtimestamp - interval '1 hour'",
          seconds: DAYS * 86_400,
          round: 'past',
        }),
      ),
    );
    const size = await databaseSize(backends.database);
    const conditions = `${thousands},000 ended instances of 8 activities over ${DAYS} days (${size}), one engine node, ${cpus().length} cores for everything`;
    const results = new Results('exporter');
    const publish = (name: string, value: number, unit: string, more: string) => {
      const made: Figure = figure(name, value, unit, `${more}; ${conditions}`);
      results.put([made]);
      say(`${name}: ${made.value} ${unit} (${more})`);
    };

    const quiet = new MeasuredReader(engine, processKey, 60_000);
    const first = await quiet.round();
    publish('first_round_ms', first.milliseconds, 'ms', `from a minute ago on, ${first.calls} calls`);
    const idle = [];
    for (let round = 0; round < rounds; round += 1) idle.push(await quiet.round());
    const calls = median(idle.map((round) => round.calls));
    const idleMs = idle.map(({ milliseconds }) => milliseconds);
    publish('quiet_round_ms', median(idleMs), 'ms', `median of ${rounds}, ${calls} calls each`);

    const busy = [];
    for (let round = 0; round < rounds; round += 1) {
      await sleep(EVERY_SECONDS * 1_000);
      const options = { end: 'localtimestamp', seconds: EVERY_SECONDS, round: `busy-${round}` };
      await copyInstances(backends.database, template, BUSY, options);
      busy.push(await quiet.round());
    }
    const busyMs = busy.map(({ milliseconds }) => milliseconds);
    publish(
      'busy_round_ms',
      median(busyMs),
      'ms',
      `median of ${rounds}, every ${EVERY_SECONDS} s, ${BUSY} instances ended between them`,
    );
    publish('busy_saved_bytes', quiet.savedBytes, 'B', 'text of the account after that');
    if (quiet.totals.completed !== rounds * BUSY) throw new Error(`${quiet.totals.completed} were counted`);
    quiet.close();

    const before = await countMilliseconds(engine, refunds.topic);
    publish('count_ms', median(before), 'ms', 'a count of the backlog, nothing else being read');
    const past = new MeasuredReader(engine, processKey, (DAYS + 1) * 86_400_000);
    const reading = past.round();
    const beside: number[] = [];
    let over = false;
    const ended = reading.finally(() => {
      over = true;
    });
    while (!over) beside.push(...(await countMilliseconds(engine, refunds.topic)));
    const whole = await ended;
    publish(
      'catch_up_s',
      whole.milliseconds / 1_000,
      's',
      `everything, ${whole.calls} calls, rests as long as it reads`,
    );
    publish('catch_up_longest_call_ms', whole.longestCallMs, 'ms', 'of those calls');
    publish(
      'count_beside_catch_up_ms',
      median(beside),
      'ms',
      `a count of the backlog meanwhile, median of ${beside.length}`,
    );
    const expected = thousands * 1_000 + 1 + rounds * BUSY;
    if (past.totals.completed !== expected) {
      throw new Error(`${past.totals.completed} were counted, and there are ${expected}`);
    }
    past.close();
    return 0;
  } finally {
    await step('ending what was started', () => backends.stop());
  }
}
