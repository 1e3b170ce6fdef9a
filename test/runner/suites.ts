/** Runs one kind of test and counts. Output goes straight to the terminal. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT_FILE, ROOT } from '../support/paths.ts';
import { say } from '../support/step.ts';
import { add, fromJest, fromSurefire, NOTHING, type Totals } from './totals.ts';

const BIN = join(ROOT, 'node_modules/.bin');

/** Commands that must succeed; each counts as one test. */
const CHECKS: [name: string, command: string[]][] = [
  ['the types fit', [`${BIN}/tsc`, '-p', '.']],
  ['format and lint', [`${BIN}/biome`, 'check', '--error-on-warnings', '.']],
  [
    'no promise is left floating',
    [
      `${BIN}/oxlint`,
      '--type-aware',
      '-A',
      'all',
      '-D',
      'typescript/no-floating-promises',
      'charts',
      'crds',
      'operator',
      'worker',
      'test',
    ],
  ],
  ['the CRD and its reference match the schema', [process.execPath, 'crds/src/generate.ts', '--check']],
  [
    'dashboard and alert rules match their code',
    [process.execPath, 'charts/observability/generate.ts', '--check'],
  ],
  [
    'manifests, vendored charts and READMEs match the charts',
    [process.execPath, 'charts/render.ts', '--check'],
  ],
  ['Helm finds nothing wrong with the charts', [process.execPath, 'charts/checks/check.ts', 'lint']],
  ['the suites of the charts', [process.execPath, 'charts/checks/check.ts', 'unittest']],
  [
    'what the charts render has the schema of its kind',
    [process.execPath, 'charts/checks/check.ts', 'schemas'],
  ],
  ['what kube-score finds has a reason', [process.execPath, 'charts/checks/check.ts', 'score']],
  ['a chart’s package needs nothing else', [process.execPath, 'charts/checks/check.ts', 'package']],
  ['the workflows are sound and pinned', [process.execPath, 'test/workflows/lint.ts']],
];

export async function checks(): Promise<Totals> {
  let totals = NOTHING;
  for (const [name, [command = '', ...args]] of CHECKS) {
    const ok = (await inherit(command, args)) === 0;
    say(`${ok ? 'ok  ' : 'FAIL'} check: ${name}`);
    totals = add(totals, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] });
  }
  return totals;
}

/** One Jest project; `serially` where the tests share the environment. */
export async function jest(
  project: 'unit' | 'integration' | 'e2e' | 'install' | 'lifecycle',
  serially: boolean,
): Promise<Totals> {
  const report = join(tmpdir(), `frwp-jest-${project}-${process.pid}.json`);
  const args = [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    project,
  ];
  args.push(
    '--json',
    `--outputFile=${report}`,
    '--verbose',
    '--forceExit',
    ...(serially ? ['--runInBand'] : []),
  );
  await inherit(process.execPath, args, { FRWP_ENVIRONMENT: ENVIRONMENT_FILE });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [] }; // Jest itself did not start
  const totals = fromJest(JSON.parse(readFileSync(report, 'utf8')));
  rmSync(report);
  return totals;
}

/** What Maven's tests of the Camunda application reported when it was last built. */
export function surefire(directory: string): Totals {
  const files = existsSync(directory)
    ? readdirSync(directory).filter((name) => /^TEST-.*\.xml$/.test(name))
    : [];
  if (files.length === 0) {
    say(`FAIL no Surefire reports in ${directory}`);
    return { passed: 0, failed: 1, skipped: [] };
  }
  return add(...files.map((name) => fromSurefire(readFileSync(join(directory, name), 'utf8'))));
}

function inherit(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    // Standard output of Jest's --json is the report, which goes to a file: only its log is of interest.
    const stdout = args.includes('--json') ? 'ignore' : 'inherit';
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', stdout, 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
