/** What the charts render: their policies, and their pods with the labels that policies go by. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { buildHelm } from '../../charts/tools/helm.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

/** A build of Helm from its module does not know which Kubernetes to assume. */
const KUBE_VERSION = ['--kube-version', '1.34.0'];

export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind
  [field: string]: any;
}

/** A pod that a chart's object makes. */
export interface PodTemplate {
  /** Kind and name of that object. */
  of: string;
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: a pod's spec
  spec: any;
}

/**
 * The objects of a chart, hooks and tests included.
 * @param values files beside its Chart.yaml; one that is not there counts as empty
 * @param set values as of Helm's `--set`
 */
export async function renderChart(
  chart: string,
  release: string,
  namespace: string,
  { values = [], set = [] }: { values?: string[]; set?: string[] } = {},
): Promise<Rendered[]> {
  const directory = join(ROOT, 'charts', chart);
  const files = values.map((name) => join(directory, name)).filter((file) => existsSync(file));
  const output = await run(await buildHelm(), [
    'template',
    release,
    directory,
    '--namespace',
    namespace,
    ...KUBE_VERSION,
    ...files.flatMap((file) => ['--values', file]),
    ...set.flatMap((pair) => ['--set', pair]),
  ]);
  return parseAllDocuments(output)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

/** The pods that these objects make, each once. */
export function podTemplates(objects: Rendered[]): PodTemplate[] {
  return objects.flatMap((object) => {
    const template = templateOf(object);
    if (!template) return [];
    const { metadata = {}, spec } = template;
    return [{ of: `${object.kind} ${object.metadata.name}`, metadata, spec }];
  });
}

/** A StatefulSet adds the volumes of its claims to each pod. */
function withClaims({ template, volumeClaimTemplates = [] }: Rendered['spec']): Omit<PodTemplate, 'of'> {
  const claims = volumeClaimTemplates.map(({ metadata: { name } }: Rendered) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-0` },
  }));
  const volumes = [...(template.spec.volumes ?? []), ...claims];
  return { ...template, spec: { ...template.spec, volumes } };
}

function templateOf({ kind, metadata, spec }: Rendered): Omit<PodTemplate, 'of'> | undefined {
  switch (kind) {
    case 'Pod':
      return { metadata, spec };
    case 'StatefulSet':
      return withClaims(spec);
    case 'Deployment':
    case 'DaemonSet':
    case 'Job':
      return spec.template;
    case 'CronJob':
      return spec.jobTemplate.spec.template;
    default:
      return undefined;
  }
}
