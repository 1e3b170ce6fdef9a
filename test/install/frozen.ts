/** The earlier release of `frozen/`: its charts unpacked, its images built from its sources. */
import { existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { BASE_VERSION } from '../cluster/baseImage.ts';
import { archivePath, type ImageArchive, push } from '../cluster/images.ts';
import { nodeProgram } from '../cluster/stackImages.ts';
import { CACHE, contentHash, ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

const PACKED = join(import.meta.dirname, 'frozen/0.0.9.tar.xz');
export const FROZEN_TAG = '0.0.9';

export interface Frozen {
  /** Folder of a chart of then. */
  chart(name: 'fareruleworkerpool-crds' | 'fareruleworkerpool-operator' | 'ticket-refund'): string;
  images: ImageArchive[];
}

/** Folder of the frozen release, unpacked. */
async function unpacked(): Promise<string> {
  const home = join(CACHE, `frozen-${contentHash([PACKED])}`);
  if (existsSync(home)) return home;
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, '.frozen-'));
  await run('tar', ['-xJf', PACKED, '-C', fresh]);
  renameSync(fresh, home);
  return home;
}

/** Folder of the sample stack's chart of then. */
export const frozenStack = async (): Promise<string> => join(await unpacked(), 'charts/ticket-refund');

export async function frozenRelease(): Promise<Frozen> {
  const home = await unpacked();
  const hash = contentHash([PACKED]);
  const images: ImageArchive[] = [];
  for (const part of ['operator', 'worker']) {
    const name = `docker.io/fareruleworkerpool/${part}:${FROZEN_TAG}`;
    const archive = archivePath(
      name,
      contentHash([join(ROOT, 'package-lock.json')], hash, BASE_VERSION, name),
    );
    if (!existsSync(archive)) {
      await nodeProgram(name, join(home, part, 'src/main.ts'), part, { 'farerules.dev/frozen': '317d4a3' });
      await push(name, archive);
    }
    images.push({ name, archive });
  }
  return { chart: (name) => join(home, 'charts', name), images };
}
