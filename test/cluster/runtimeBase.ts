/**
 * A stand-in for gcr.io/distroless/cc where there is no registry: the same Debian packages without a shell
 * and a package manager, taken out of the tree that debootstrap made. Labelled as such.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Bases } from '../images/facts.ts';
import { contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { BASE_IMAGE, BASE_VERSION, debianRootfs, ensureBaseImage, IMAGES, present } from './baseImage.ts';
import { imageDigest, withContainer } from './buildah.ts';

/** Changes with the recipe. */
export const RUNTIME_BASE_VERSION = contentHash([import.meta.filename], BASE_VERSION);
const RUNTIME_BASE_IMAGE = `localhost/distroless-cc:${RUNTIME_BASE_VERSION}`;

/** What the real image has, but for what only other languages use (OpenMP, the system's OpenSSL). */
const PACKAGES = [
  'base-files',
  'ca-certificates',
  'gcc-12-base',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'tzdata',
];
/** Made by the packages' scripts, in no list of files. */
const MADE = ['/etc/ssl/certs/ca-certificates.crt', '/etc/nsswitch.conf'];
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Both stand-ins for the bases of the Dockerfiles, made where they are not there yet. Needs buildah and debootstrap. */
export async function standInBases(): Promise<Bases> {
  await ensureBaseImage();
  await ensureRuntimeBaseImage();
  return {
    build: BASE_IMAGE,
    runtime: RUNTIME_BASE_IMAGE,
    runtimeDigest: await imageDigest(RUNTIME_BASE_IMAGE),
  };
}

async function ensureRuntimeBaseImage(): Promise<void> {
  const stamp = join(IMAGES, `runtime-base-${RUNTIME_BASE_VERSION}.stamp`);
  if (existsSync(stamp) && (await present(RUNTIME_BASE_IMAGE))) return;
  const rootfs = await debianRootfs();
  const tree = join(IMAGES, `runtime-base-${process.pid}`);
  try {
    takeOut(rootfs, tree);
    await withContainer('scratch', async (container) => {
      await run('buildah', ['copy', container, tree, '/']);
      const label = 'farerules.dev/stand-in=gcr.io/distroless/cc-debian13';
      await run('buildah', [
        'config',
        '--label',
        label,
        '--env',
        `PATH=${PATH}`,
        '--user',
        '65532',
        container,
      ]);
      await run('buildah', ['commit', '--quiet', container, RUNTIME_BASE_IMAGE]);
    });
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  writeFileSync(stamp, '');
}

/** Copies the packages' files, each to the place that Debian's links between /lib and /usr/lib lead to. */
function takeOut(rootfs: string, tree: string): void {
  mkdirSync(tree);
  for (const link of ['bin', 'lib', 'lib64', 'sbin']) copy(rootfs, tree, `/${link}`);
  for (const path of [...PACKAGES.flatMap((name) => filesOf(rootfs, name)), ...MADE])
    copy(rootfs, tree, path);
  chmodSync(join(tree, 'tmp'), 0o1777); // which mkdir has taken the umask off
  mkdirSync(join(tree, 'home/nonroot'), { recursive: true });
  const users =
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';
  writeFileSync(join(tree, 'etc/passwd'), users);
  writeFileSync(join(tree, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
}

function filesOf(rootfs: string, name: string): string[] {
  const info = join(rootfs, 'var/lib/dpkg/info');
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const list = [`${name}.list`, `${name}:${architecture}.list`]
    .map((file) => join(info, file))
    .find(existsSync);
  if (!list) throw new Error(`Debian's package ${name} is not in ${rootfs}`);
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((path) => path.startsWith('/') && path !== '/.');
}

function copy(rootfs: string, tree: string, path: string): void {
  const folder = realpathSync(join(rootfs, dirname(path))).slice(rootfs.length);
  const from = join(rootfs, folder, basename(path));
  if (!existsSync(from) && !isLink(from)) return; // taken out by the container image's rules of dpkg
  const to = join(tree, folder, basename(path));
  if (lstatSync(to, { throwIfNoEntry: false })) return; // a folder of several packages
  mkdirSync(dirname(to), { recursive: true });
  const { mode } = lstatSync(from);
  if (isLink(from)) symlinkSync(readlinkSync(from), to);
  else if (lstatSync(from).isDirectory()) mkdirSync(to, { recursive: true, mode });
  else copyFileSync(from, to);
}

const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
