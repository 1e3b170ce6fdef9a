/**
 * Checks all charts: with their default, small and production values where a chart has them, with what those leave off
 * (values/), and with the values among the examples:
 *
 *     node charts/checks/check.ts lint        `helm lint --strict`
 *     node charts/checks/check.ts unittest    the suites in each chart's tests/
 *     node charts/checks/check.ts schemas     every rendered object, and those of examples/, against its schema (kubeconform)
 *     node charts/checks/check.ts score       kube-score, but for what accepted-findings.yaml excuses
 *     node charts/checks/check.ts package     packages need nothing else, offline
 *     node charts/checks/check.ts             all of them
 *
 * The tools are built from their Go modules the first time (minutes); warm, all of it takes seconds.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';
import { buildHelm, buildHelmUnittest, buildKubeconform, buildKubeScore } from '../tools/helm.ts';
import { charts, folderOf, KUBERNETES, nameOf, optionVariants, rendered, variants } from './charts.ts';
import { exampleObjects, exampleVariants } from './examples.ts';
import { type Finding, findingsIn, parseAccepted, problemsIn } from './findings.ts';
import { packageProblems } from './packages.ts';
import { schemaFolder } from './schemaFolder.ts';

const ACCEPTED = join(import.meta.dirname, 'accepted-findings.yaml');
const ALL = [...variants(), ...optionVariants(), ...exampleVariants()];
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Each returns what is wrong, in sentences. */
const checks: Record<string, () => Promise<string[]>> = {
  async lint() {
    const helm = await buildHelm();
    const args = ['lint', '--strict', '--quiet', '--kube-version', KUBERNETES];
    return failures(ALL, nameOf, async ({ chart, values }) => {
      await run(helm, [...args, folderOf(chart), '-f', join(folderOf(chart), values)]);
    });
  },

  async unittest() {
    const unittest = await buildHelmUnittest();
    return failures(
      charts(),
      (chart) => chart,
      async (chart) => {
        const output = await run(unittest, ['--strict', folderOf(chart)]);
        process.stdout.write(`${output.match(/^Tests:.*$/m)?.[0] ?? 'no test'} (${chart})\n`);
        if (!/^Tests:\s+[1-9]\d* passed/m.test(output)) throw new Error('it has no suite in tests/');
      },
    );
  },

  async schemas() {
    const kubeconform = await buildKubeconform();
    const location = join(await schemaFolder(), '{{ .ResourceKind }}{{ .KindSuffix }}.json');
    const args = ['-strict', '-output', 'text', '-schema-location', location];
    const problems = await failures(ALL, nameOf, async (variant) => {
      await run(kubeconform, [...args, '-'], { input: await rendered(variant) });
    });
    const ofExamples = await failures(
      exampleObjects(),
      (file) => relative(ROOT, file),
      async (file) => void (await run(kubeconform, [...args, file])),
    );
    return [...problems, ...ofExamples];
  },

  async score() {
    const kubeScore = await buildKubeScore();
    const version = `v${KUBERNETES.split('.').slice(0, 2).join('.')}`;
    const args = ['score', '--kubernetes-version', version, '-o', 'json', '--output-version', 'v2', '-'];
    const findings: Finding[] = [];
    for (const variant of ALL) {
      // A finding is no failure of the command.
      const script = '"$@" || [ $? = 1 ]';
      const output = await run('sh', ['-c', script, 'sh', kubeScore, ...args], {
        input: await rendered(variant),
      });
      findings.push(...findingsIn(variant.chart, JSON.parse(output)));
    }
    return problemsIn(findings, parseAccepted(parse(readFileSync(ACCEPTED, 'utf8'))));
  },

  package: packageProblems,
};

/** Does the work for each item; what it throws becomes a sentence with the item's name. */
async function failures<T>(
  items: T[],
  name: (item: T) => string,
  work: (item: T) => Promise<void>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const item of items) {
    await work(item).catch((error: unknown) => problems.push(`${name(item)}: ${messageOf(error)}`));
  }
  return problems;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
for (const name of names) {
  const check = checks[name];
  if (!check) throw new Error(`usage: check.ts [${Object.keys(checks).join(' | ')}]`);
  const problems = await check();
  for (const problem of problems) process.stderr.write(`${name}: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
