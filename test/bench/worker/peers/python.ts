/** The Python client in a virtual environment of its own, kept in the cache. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackage } from '../../../cluster/packages.ts';
import { CACHE, contentHash } from '../../../support/paths.ts';
import { run } from '../../../support/process.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Debian's own; there is a virtual environment in it once python3-venv is installed. */
const PYTHON = '/usr/bin/python3';

/** @returns the Python that has the client */
export async function pythonWithClient(): Promise<string> {
  const home = join(CACHE, 'python-client', contentHash([REQUIREMENTS]));
  const python = join(home, 'bin', 'python');
  const complete = join(home, '.complete');
  if (existsSync(complete)) return python;
  const ensurepip = await run(PYTHON, ['-c', 'import ensurepip']).then(
    () => true,
    () => false,
  );
  if (!ensurepip) await installPackage('python3-venv', () => false);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  await run(PYTHON, ['-m', 'venv', home]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
  mkdirSync(complete);
  return python;
}
