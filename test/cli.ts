/** The commands behind the Makefile's targets. */
import { benchExporter } from './bench/exporter/exporter.ts';
import { benchScaling } from './bench/scaling.ts';
import { benchWorker } from './bench/worker/worker.ts';
import { compat } from './compat/compat.ts';
import { down } from './environment/down.ts';
import { environment } from './environment/environment.ts';
import { installOperator, installPool, installProcess } from './environment/install.ts';
import { up } from './environment/up.ts';
import { makeImages } from './images/makeImages.ts';
import { demo } from './runner/demo.ts';
import { generate } from './runner/generate.ts';
import { checks, jest } from './runner/suites.ts';
import { testEverything } from './runner/testEverything.ts';
import { closingLines, type Totals } from './runner/totals.ts';
import { soakScaling } from './soak/soakScaling.ts';
import { ENVIRONMENT_FILE } from './support/paths.ts';
import { say, step } from './support/step.ts';

const commands: Record<string, () => Promise<number>> = {
  demo: () => demo({ once: false }),
  'demo-once': () => demo({ once: true }),
  test: async () => report(await testEverything()),
  unit: async () => report(await jest('unit', false)),
  checks: async () => report(await checks()),
  generate,
  'bench-exporter': benchExporter,
  images: makeImages,
  'bench-scaling': benchScaling,
  'bench-worker': benchWorker,
  'soak-scaling': soakScaling,
  compat,
  async up() {
    await up();
    say(
      `\nThe environment is up. For the suites: export FRWP_ENVIRONMENT=${ENVIRONMENT_FILE}; end it with make down.`,
    );
    return 0;
  },
  async down() {
    await step('ending what runs', down);
    return 0;
  },
  async install() {
    process.env.FRWP_ENVIRONMENT ??= ENVIRONMENT_FILE;
    const here = environment();
    await step('operator', () => installOperator(here));
    await step('process', () => installProcess(here));
    await step('sample pool', () => installPool(here));
    return 0;
  },
};

function report(totals: Totals): number {
  say(`\n${closingLines(totals)}`);
  return totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

const name = process.argv[2] ?? '';
const command = commands[name];
if (!command) {
  say(`usage: cli.ts ${Object.keys(commands).join(' | ')}`);
  process.exit(2);
}
process.exitCode = await command().catch((error: unknown) => {
  say(`\n${name} failed: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
// Children of an environment that stays up must not hold this process.
process.exit();
