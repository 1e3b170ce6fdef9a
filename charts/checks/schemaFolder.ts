/** JSON schemas for kubeconform, made from what is on this machine: no schema is fetched. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { goModule } from '../../test/cluster/goModule.ts';
import { CACHE, contentHash, ROOT } from '../../test/support/paths.ts';
import { customSchemas, kindSchemas, type Schema, type Swagger } from './jsonSchema.ts';

const CRD = join(ROOT, 'crds', 'fareruleworkerpools.yaml');
const CLUSTER = join(ROOT, 'test', 'cluster');
/** Its go.mod has Kubernetes, at the version of the local cluster. */
const KUBERNETES_MODULE = join(CLUSTER, 'binaries');
const DEFINITIONS = join(import.meta.dirname, 'definitions');

/** Definitions of kinds that other operators bring, in the modules of those operators. */
const OF_OTHERS: { folder: string; module: string; files: string[] }[] = [
  {
    folder: DEFINITIONS,
    module: 'github.com/cert-manager/cert-manager',
    files: ['certificates', 'clusterissuers', 'issuers'].map(
      (kinds) => `deploy/crds/cert-manager.io_${kinds}.yaml`,
    ),
  },
  {
    folder: DEFINITIONS,
    module: 'github.com/external-secrets/external-secrets',
    files: ['externalsecrets', 'secretstores'].map(
      (kinds) => `config/crds/bases/external-secrets.io_${kinds}.yaml`,
    ),
  },
  {
    folder: join(CLUSTER, 'cloudnative-pg'),
    module: 'github.com/cloudnative-pg/cloudnative-pg',
    files: ['clusters', 'scheduledbackups'].map(
      (kinds) => `config/crd/bases/postgresql.cnpg.io_${kinds}.yaml`,
    ),
  },
  {
    folder: join(CLUSTER, 'prometheus-operator'),
    module: 'github.com/prometheus-operator/prometheus-operator',
    files: ['podmonitors', 'prometheusrules', 'servicemonitors'].map(
      (kinds) => `example/prometheus-operator-crd/monitoring.coreos.com_${kinds}.yaml`,
    ),
  },
];

/** Folder with the schemas of all kinds that charts and examples have; written once for each state of their sources. */
export async function schemaFolder(): Promise<string> {
  const modules = [KUBERNETES_MODULE, ...new Set(OF_OTHERS.map(({ folder }) => folder))];
  const own = ['jsonSchema.ts', 'schemaFolder.ts'].map((name) => join(import.meta.dirname, name));
  const made = contentHash([CRD, ...own, ...modules.map((folder) => join(folder, 'go.mod'))]);
  const folder = join(CACHE, 'schemas', made);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const write = (schemas: Map<string, Schema>) => {
    for (const [name, schema] of schemas) writeFileSync(join(fresh, name), JSON.stringify(schema));
  };
  const kubernetes = await goModule(KUBERNETES_MODULE, 'k8s.io/kubernetes');
  write(kindSchemas(JSON.parse(kubernetes.read('api/openapi-spec/swagger.json')) as Swagger));
  const definitions = [readFileSync(CRD, 'utf8')];
  for (const { folder: from, module, files } of OF_OTHERS) {
    const { read } = await goModule(from, module);
    definitions.push(...files.map(read));
  }
  for (const text of definitions) write(customSchemas(parse(text) as Parameters<typeof customSchemas>[0]));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}
