/**
 * CloudNativePG on the local cluster: its operator built from its Go module, with the manifests that the module has for this
 * release. Instances run a stand-in for its PostgreSQL image, which has the programs of Debian's.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goTool } from '../../charts/tools/goTool.ts';
import type { Kubectl } from '../environment/kubectl.ts';
import { contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { withContainer } from './buildah.ts';
import { type GoModule, goModule } from './goModule.ts';
import { archivePath, type ImageArchive, push } from './images.ts';
import { config, inside, standIn } from './stackImages.ts';

const MODULE = 'github.com/cloudnative-pg/cloudnative-pg';
const FOLDER = join(import.meta.dirname, 'cloudnative-pg');
const NAMESPACE = 'cnpg-system';
const DEPLOYMENT = 'deployment/cnpg-controller-manager';
/** CloudNativePG reads PostgreSQL's version from the tag. */
export const CNPG_POSTGRES = 'localhost/cnpg-postgresql:15';
/** CloudNativePG's user of that name. */
const POSTGRES_UID = '26';
const OPERATOR_IMAGE = 'localhost/cloudnative-pg';

export interface CloudNativePg {
  images: ImageArchive[];
  /** Applies its manifests and waits until its webhooks answer. */
  install(kubectl: Kubectl): Promise<void>;
  /** Deletes them, with every Cluster. */
  remove(kubectl: Kubectl): Promise<void>;
}

/** Builds what is not in the cache; the first time that takes minutes. */
export async function cloudNativePg(): Promise<CloudNativePg> {
  const module = await goModule(FOLDER, MODULE);
  const operator = await operatorImage(module);
  const manifests = manifestsOf(module, operator.name);
  return {
    images: [operator, await postgresImage()],
    async install(kubectl) {
      await kubectl(['apply', '--server-side', '-f', '-'], manifests);
      await kubectl(['-n', NAMESPACE, 'rollout', 'status', DEPLOYMENT, '--timeout=180s']);
      // It is ready before the API server knows its certificate and its address.
      await waitFor(
        "CloudNativePG's webhooks",
        () => kubectl(['apply', '--dry-run=server', '-f', '-'], PROBE),
        {
          timeoutMs: 60_000,
          everyMs: 1_000,
        },
      );
    },
    remove: async (kubectl) => {
      await kubectl(['delete', '--ignore-not-found', '--timeout=120s', '-f', '-'], manifests);
    },
  };
}

const PROBE = `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: probe, namespace: default }
spec: { instances: 1, imageName: "${CNPG_POSTGRES}", storage: { size: 1Gi } }
`;

/** The release's, with the image that is here, which nobody can pull. */
function manifestsOf({ version, read }: GoModule, image: string): string {
  const published = read(`releases/cnpg-${version.slice(1)}.yaml`);
  const theirs = `ghcr.io/cloudnative-pg/cloudnative-pg:${version.slice(1)}`;
  if (!published.includes(`image: ${theirs}`))
    throw new Error(`CloudNativePG's manifests do not name ${theirs}`);
  return published.replaceAll(theirs, image).replace('imagePullPolicy: Always', 'imagePullPolicy: Never');
}

/** One binary, which is the operator, and which each instance's pod copies for itself. */
async function operatorImage({ version }: GoModule): Promise<ImageArchive> {
  const name = `${OPERATOR_IMAGE}:${version.slice(1)}`;
  // Optimised: in an instance it runs beside PostgreSQL for good.
  const binary = await goTool(
    'cloudnative-pg',
    FOLDER,
    `${MODULE}/cmd/manager`,
    ['go.mod', 'go.sum'],
    undefined,
    true,
  );
  const archive = archivePath(name, contentHash([], binary, '1'));
  if (existsSync(archive)) return { name, archive };
  const tree = mkdtempSync(join(tmpdir(), 'frwp-cnpg-'));
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  try {
    mkdirSync(join(tree, 'operator'));
    symlinkSync(`operator/manager_${architecture}`, join(tree, 'manager'));
    await withContainer('scratch', async (container) => {
      await run('buildah', ['copy', container, tree, '/']);
      // It looks in that folder for the architectures that it has.
      const target = `/operator/manager_${architecture}`;
      await run('buildah', ['copy', '--chmod', '0755', container, binary, target]);
      await config(container, '--entrypoint', '["/manager"]', '--user', '65532:65532');
      await run('buildah', ['commit', '--quiet', container, name]);
    });
    await push(name, archive);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  return { name, archive };
}

const postgresImage = () =>
  standIn(
    CNPG_POSTGRES,
    'ghcr.io/cloudnative-pg/postgresql',
    async (container) => {
      const programs = (await inside(container, 'sh', '-c', 'ls -d /usr/lib/postgresql/*/bin')).trim();
      const uid = `s/^postgres:x:[0-9]*:[0-9]*:/postgres:x:${POSTGRES_UID}:${POSTGRES_UID}:/`;
      const gid = `s/^postgres:x:[0-9]*:/postgres:x:${POSTGRES_UID}:/`;
      await inside(container, 'sed', '-i', uid, '/etc/passwd');
      await inside(container, 'sed', '-i', gid, '/etc/group');
      const path = `PATH=${programs}:/usr/local/bin:/usr/bin:/bin`;
      await config(container, '--env', path, '--user', `${POSTGRES_UID}:${POSTGRES_UID}`);
    },
    POSTGRES_UID,
  );
