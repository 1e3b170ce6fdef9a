/** JSON schemas for kubeconform, made from what is on this machine: no schema is fetched. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CACHE, contentHash, ROOT } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';
import { customSchemas, kindSchemas, type Schema, type Swagger } from './jsonSchema.ts';

const CRD = join(ROOT, 'crds', 'fareruleworkerpools.yaml');
/** Its go.mod has Kubernetes, at the version of the local cluster. */
const KUBERNETES_MODULE = join(ROOT, 'test', 'cluster', 'binaries');

/** Folder with the schemas of Kubernetes' own kinds and of ours; written once for each state of both. */
export async function schemaFolder(): Promise<string> {
  const made = contentHash([
    CRD,
    join(KUBERNETES_MODULE, 'go.mod'),
    join(import.meta.dirname, 'jsonSchema.ts'),
  ]);
  const folder = join(CACHE, 'schemas', made);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const write = (schemas: Map<string, Schema>) => {
    for (const [name, schema] of schemas) writeFileSync(join(fresh, name), JSON.stringify(schema));
  };
  write(kindSchemas(JSON.parse(readFileSync(await swaggerFile(), 'utf8')) as Swagger));
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
