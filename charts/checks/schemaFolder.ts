/** JSON schemas for kubeconform, made from what is on this machine: no schema is fetched. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { goModule } from '../../test/cluster/goModule.ts';
import { CACHE, contentHash, ROOT } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';
import { buildCustomKinds } from '../tools/helm.ts';
import { customSchemas, kindSchemas, type Schema, type Swagger } from './jsonSchema.ts';

const CRD = join(ROOT, 'crds', 'fareruleworkerpools.yaml');
/** Its go.mod has Kubernetes, at the version of the local cluster. */
const KUBERNETES_MODULE = join(ROOT, 'test', 'cluster', 'binaries');
/** Its go.mod has CloudNativePG, whose module has the definitions of its kinds. */
const CNPG_MODULE = join(ROOT, 'test', 'cluster', 'cloudnative-pg');

type Definition = Parameters<typeof customSchemas>[0];

/** Folder with the schemas of all kinds that the charts render; written once for each state of their sources. */
export async function schemaFolder(): Promise<string> {
  const customKinds = await buildCustomKinds();
  const sources = [
    CRD,
    join(KUBERNETES_MODULE, 'go.mod'),
    join(import.meta.dirname, 'jsonSchema.ts'),
    join(CNPG_MODULE, 'go.mod'),
  ];
  const made = contentHash(sources, basename(customKinds));
  const folder = join(CACHE, 'schemas', made);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const write = (schemas: Map<string, Schema>) => {
    for (const [name, schema] of schemas) writeFileSync(join(fresh, name), JSON.stringify(schema));
  };
  write(kindSchemas(JSON.parse(readFileSync(await swaggerFile(), 'utf8')) as Swagger));
  write(new Map(Object.entries(JSON.parse(await run(customKinds, [])) as Record<string, Schema>)));
  const cnpg = await goModule(CNPG_MODULE, 'github.com/cloudnative-pg/cloudnative-pg');
  for (const text of [
    cnpg.read('config/crd/bases/postgresql.cnpg.io_clusters.yaml'),
    readFileSync(CRD, 'utf8'),
  ]) {
    write(customSchemas(parse(text) as Definition));
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}

async function swaggerFile(): Promise<string> {
  const output = await run('go', ['mod', 'download', '-json', 'k8s.io/kubernetes'], {
    cwd: KUBERNETES_MODULE,
  });
  const { Dir } = JSON.parse(output) as { Dir: string };
  return join(Dir, 'api', 'openapi-spec', 'swagger.json');
}
