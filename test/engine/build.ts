/** Builds the engine application once for each content of its sources. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash } from '../support/paths.ts';
import { run } from '../support/process.ts';

const HERE = import.meta.dirname;
const SOURCES = ['pom.xml', 'src'];
const JAR = 'refund-engine.jar';

export interface BuiltEngine {
  jar: string;
  /** Surefire's reports of the build's own tests. */
  testReports: string;
  /** Whether an earlier build was used. */
  reused: boolean;
}

/**
 * The engine application's jar, packaged (its unit tests included) unless the
 * cache has it.
 * @throws Error with the end of Maven's output.
 */
export async function buildEngine(): Promise<BuiltEngine> {
  const home = join(CACHE, 'engine');
  const built = join(home, contentHash(SOURCES.map((part) => join(HERE, part))));
  const jar = join(built, JAR);
  const testReports = join(built, 'surefire-reports');
  if (existsSync(jar)) return { jar, testReports, reused: true };
  mkdirSync(home, { recursive: true });
  // A directory of its own, so that two builds at once do not share `target`; the first to end is kept.
  const work = mkdtempSync(join(home, '.build-'));
  try {
    for (const part of SOURCES) cpSync(join(HERE, part), join(work, part), { recursive: true });
    await run('mvn', ['-q', '-B', '-ntp', 'package'], { cwd: work });
    // A jar of jars starts seconds slower than the same classes beside each other.
    const layout = join(work, 'extracted');
    const extract = ['-Djarmode=tools', '-jar', join(work, 'target', JAR), 'extract'];
    await run('java', [...extract, '--destination', layout]);
    cpSync(join(work, 'target', 'surefire-reports'), join(layout, 'surefire-reports'), { recursive: true });
    if (!existsSync(jar)) renameSync(layout, built);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { jar, testReports, reused: false };
}
