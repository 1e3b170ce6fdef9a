/** Go tools from their modules, at the versions in go.mod; each is built once and kept in the cache. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, contentHash } from '../../test/support/paths.ts';
import { run } from '../../test/support/process.ts';

/**
 * @param name of the binary in the cache
 * @param folder with a go.mod that lists `path` as its tool
 * @param path of the command's package
 * @param sources files of the folder that the binary depends on
 * @param buildIn where the module is when it has to be built, if not in the folder itself
 * @param optimise for what runs for longer than a check: its build takes longer, too
 * @returns path of the binary
 * @throws Error with the compiler's last lines
 */
export async function goTool(
  name: string,
  folder: string,
  path: string,
  sources = ['go.mod', 'go.sum'],
  buildIn: () => string | Promise<string> = () => folder,
  optimise = false,
): Promise<string> {
  const hash = contentHash(sources.map((source) => join(folder, source)));
  const target = join(CACHE, 'bin', `${name}-${hash}`);
  if (existsSync(target)) return target;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  // Most run for a second at most, and build in half the time without optimisation.
  const slow = optimise ? [] : ['-gcflags=all=-N -l -dwarf=false'];
  const flags = ['-trimpath', ...slow, '-ldflags=-s -w'];
  const fresh = `${target}.${process.pid}`;
  process.stderr.write(`building ${name} from its Go module: minutes, the first time\n`);
  await run('go', ['build', ...flags, '-o', fresh, path], {
    cwd: await buildIn(),
    env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
  });
  renameSync(fresh, target);
  return target;
}
