/** `make soak-scaling`: the load for half an hour, what came of it, and whether that is good. */
import { cpus } from 'node:os';
import { figure, table } from '../bench/figures.ts';
import { Results } from '../bench/results.ts';
import { KUBERNETES } from '../cluster/binaries.ts';
import { withCleanup } from '../environment/down.ts';
import { environment } from '../environment/environment.ts';
import { up } from '../environment/up.ts';
import { ENVIRONMENT_FILE } from '../support/paths.ts';
import { say } from '../support/step.ts';
import { sawtooth } from './sawtooth.ts';
import { type Soaked, soak } from './soak.ts';
import type { Step } from './steps.ts';

const DEFAULT_MINUTES = 30;

/** In the environment that is up if FRWP_ENVIRONMENT names one, else in one of its own. */
export async function soakScaling(): Promise<number> {
  const minutes = minutesFrom(process.env.SOAK_MINUTES);
  if (process.env.FRWP_ENVIRONMENT) return run(minutes);
  return withCleanup(async () => {
    await up();
    process.env.FRWP_ENVIRONMENT = ENVIRONMENT_FILE;
    return run(minutes);
  });
}

/** @throws Error that names the variable */
export function minutesFrom(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MINUTES;
  const minutes = Number(text);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new Error(`SOAK_MINUTES: "${text}" is not a number of minutes up to a day`);
  }
  return minutes;
}

async function run(minutes: number): Promise<number> {
  // Made first, so that figures of an earlier run do not stand there after one that failed.
  const results = new Results('soak-scaling');
  const curve = sawtooth(minutes);
  const soaked = await soak(curve, { tell: say });
  const by = (writer: Step['writer']) => soaked.steps.filter((step) => step.writer === writer).length;
  const conditions = `sawtooth load, ${soaked.rollouts} rollouts, scale-down window 60 s, ${machine()}`;
  results.put([
    figure('soak_minutes', curve.length / 60, 'min', conditions),
    figure('soak_steps_operator', by('operator'), 'steps', conditions),
    figure('soak_steps_hpa', by('autoscaler'), 'steps', conditions),
    figure('soak_steps_undone', soaked.undone.length, 'steps', conditions, { goal: '0' }),
  ]);
  say('');
  for (const line of table(results.figures)) say(line);
  const problems = problemsOf(soaked);
  for (const problem of problems) say(`FAILED: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

/** Why a soak proves nothing, or the opposite; pure. */
export function problemsOf({ steps, undone, unwitnessed }: Omit<Soaked, 'rollouts'>): string[] {
  const told = ({ at, from, to, writer }: Step) =>
    `${from} → ${to} by the ${writer} at ${new Date(at).toISOString().slice(11, 23)}`;
  const idle = (['operator', 'autoscaler'] as const).filter(
    (writer) => !steps.some((step) => step.writer === writer),
  );
  return [
    ...undone.map(({ step, by }) => `${told(step)} was undone: ${told(by)}`),
    ...unwitnessed.map((step) => `${told(step)} is not in the audit log`),
    ...idle.map((writer) => `the ${writer} made no step: nothing was shown`),
    ...steps
      .filter(({ writer }) => writer.startsWith('unknown'))
      .map((step) => `whose step is ${told(step)}?`),
  ];
}

function machine(): string {
  const cluster =
    environment().cluster === 'local'
      ? `local cluster, Kubernetes ${KUBERNETES} with default flags (HPA sync 15 s)`
      : 'given cluster';
  return `${cluster}, the operator as a process of this machine, ${cpus().length} cores, Node ${process.version}`;
}
