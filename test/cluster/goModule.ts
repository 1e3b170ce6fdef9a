/** Files of a Go module at the version that a go.mod of this repository names: what its authors publish is not copied here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/process.ts';

export interface GoModule {
  /** With the `v`. */
  version: string;
  read(path: string): string;
}

/**
 * @param folder with a go.mod and go.sum that know the module; it is downloaded where that has not been done
 * @throws Error when it is not to be had, or its sum is another one
 */
export async function goModule(folder: string, path: string): Promise<GoModule> {
  const found = JSON.parse(await run('go', ['mod', 'download', '-json', path], { cwd: folder })) as {
    Version: string;
    Dir: string;
  };
  return { version: found.Version, read: (file) => readFileSync(join(found.Dir, file), 'utf8') };
}
