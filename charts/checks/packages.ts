/** A chart's package holds all that an install needs, and is made without a network. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../test/support/process.ts';
import { buildHelm } from '../tools/helm.ts';
import { charts, folderOf, KUBERNETES } from './charts.ts';

const KIND = 'kind: CustomResourceDefinition';

/** What is wrong, in sentences. */
export async function packageProblems(): Promise<string[]> {
  const helm = await buildHelm();
  const folder = mkdtempSync(join(tmpdir(), 'frwp-charts-'));
  // No name can be looked up, no registry asked.
  const offline = {
    env: { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', HOME: folder },
  };
  try {
    for (const chart of charts()) {
      // A copy: building dependencies writes a lock file.
      cpSync(folderOf(chart), join(folder, chart), { recursive: true });
      await run(helm, ['dependency', 'build', join(folder, chart)], offline);
      await run(helm, ['package', join(folder, chart), '--destination', join(folder, 'packages')], offline);
    }
    const problems: string[] = [];
    const packages = readdirSync(join(folder, 'packages'));
    for (const file of packages) {
      const archive = join(folder, 'packages', file);
      const contents = await run('tar', ['-tzf', archive]);
      if (/^[^/]+\/tests\//m.test(contents)) {
        problems.push(`${file} contains the chart's own tests: add them to .helmignore`);
      }
    }
    const operator = packages.find((name) => name.startsWith('fareruleworkerpool-operator-')) ?? '';
    const args = ['template', 'operator', join(folder, 'packages', operator), '--kube-version', KUBERNETES];
    if (!(await run(helm, args)).includes(KIND)) problems.push(`${operator} does not bring the CRD`);
    if ((await run(helm, [...args, '--set', 'crds.enabled=false'])).includes(KIND)) {
      problems.push(`${operator} brings the CRD although crds.enabled is false`);
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
