/** Whatever ends a run, nothing of it stays on the machine. Needs that no environment is up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/paths.ts';
import { waitFor } from '../support/wait.ts';
import { traces } from './traces.ts';

/** How far a run has come when it is ended: processes, a namespace and mounts are there. */
const MIDWAY = /images into containerd/;

interface Run {
  child: ChildProcess;
  output: string;
}

/** As the Makefile starts it, in a process group of its own, as a terminal does. */
function start(target: string): Run {
  const child = spawn(process.execPath, [join(ROOT, 'test/cli.ts'), target], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      run.output += chunk;
    });
  }
  return run;
}

async function comeMidway(run: Run): Promise<void> {
  const midway = () => {
    if (run.child.exitCode !== null) throw new Error(`it ended:\n${run.output}`);
    return MIDWAY.test(run.output);
  };
  await waitFor('the run to come midway', async () => midway(), { timeoutMs: 120_000 });
  expect(await traces()).not.toEqual([]); // or this suite would see nothing, ever
}

/** A signal for the whole group, as a terminal sends it. */
async function end({ child }: Run, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  process.kill(-(child.pid as number), signal);
  return (await exited)[0];
}

describe('on this machine nothing is left', () => {
  beforeAll(async () => {
    expect(await traces()).toEqual([]);
  });

  test('of a demo that Ctrl-C ends while it starts', async () => {
    const run = start('demo-once');
    await comeMidway(run);
    expect(await end(run, 'SIGINT')).toBe(130);
    expect(await traces()).toEqual([]);
  }, 200_000);

  test('of a run that was killed, once make down has been called', async () => {
    const run = start('up');
    await comeMidway(run);
    await end(run, 'SIGKILL');
    const down = start('down');
    const [code] = await once(down.child, 'exit');
    expect([code, down.output]).toEqual([0, expect.stringContaining('ending what runs')]);
    expect(await traces()).toEqual([]);
  }, 200_000);
});
