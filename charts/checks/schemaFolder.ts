/** JSON schemas for kubeconform, made from what is on this machine: no schema is fetched. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { CACHE, contentHash, ROOT } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';
import { buildCustomKinds } from '../tools/helm.ts';
import { customSchemas, kindSchemas, type Schema, type Swagger } from './jsonSchema.ts';

const CRD = join(ROOT, 'crds', 'fareruleworkerpools.yaml');
/** Its go.mod has Kubernetes, at the version of the local cluster. */
const KUBERNETES_MODULE = join(ROOT, 'test', 'cluster', 'binaries');

const BY_HAND = join(import.meta.dirname, 'schemas');

/** Folder with the schemas of all kinds that the charts render; written once for each state of their sources. */
export async function schemaFolder(): Promise<string> {
  const customKinds = await buildCustomKinds();
  const sources = [
    CRD,
    join(KUBERNETES_MODULE, 'go.mod'),
    join(import.meta.dirname, 'jsonSchema.ts'),
    BY_HAND,
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
  cpSync(BY_HAND, fresh, { recursive: true });
  write(customSchemas(parse(readFileSync(CRD, 'utf8')) as Parameters<typeof customSchemas>[0]));
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
