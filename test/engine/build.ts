/** Builds the engine application once for each content of its sources. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/process.ts';

const HERE = import.meta.dirname;
const JAR = 'refund-engine.jar';

/** Where builds and downloads are kept between runs. */
export function cacheDir(): string {
  return (
    process.env.FRWP_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fareruleworkerpool')
  );
}

export interface BuiltEngine {
  jar: string;
  /** Whether an earlier build was used. */
  reused: boolean;
}

/**
 * The engine application's jar, packaged (its unit tests included) unless the
 * cache has it.
 * @throws Error with the end of Maven's output.
 */
export async function buildEngine(): Promise<BuiltEngine> {
  const home = join(cacheDir(), 'engine');
  const built = join(home, contentHash());
  const jar = join(built, JAR);
  if (existsSync(jar)) return { jar, reused: true };
  mkdirSync(home, { recursive: true });
  // A directory of its own, so that two builds at once do not share `target`; the last rename wins.
  const work = mkdtempSync(join(home, '.build-'));
  try {
    for (const part of ['pom.xml', 'src']) cpSync(join(HERE, part), join(work, part), { recursive: true });
    await run('mvn', ['-q', '-B', '-ntp', 'package'], { cwd: work });
    // A jar of jars starts seconds slower than the same classes beside each other.
    const layout = join(work, 'extracted');
    await run('java', [
      '-Djarmode=tools',
      '-jar',
      join(work, 'target', JAR),
      'extract',
      '--destination',
      layout,
    ]);
    if (!existsSync(jar)) renameSync(layout, built);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { jar, reused: false };
}

function contentHash(): string {
  const hash = createHash('sha256');
  const add = (path: string) => hash.update(path).update(readFileSync(join(HERE, path)));
  add('pom.xml');
  for (const entry of readdirSync(join(HERE, 'src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(HERE.length + 1))
    .sort()) {
    add(entry);
  }
  return hash.digest('hex').slice(0, 16);
}
