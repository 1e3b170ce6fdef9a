/** The images: what they say, what is in them, what they run without, and that they can be made again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { bundledPackages } from '../../crds/build/contents.ts';
import { buildOwnImages } from '../cluster/images.ts';
import { standInBases } from '../cluster/runtimeBase.ts';
import { buildahBuild } from '../images/buildahBuild.ts';
import { imageFacts, PARTS, type Part } from '../images/facts.ts';
import { imageConfig, runRestricted, withFiles } from '../images/inspect.ts';
import { ROOT } from '../support/paths.ts';
import { run } from '../support/process.ts';

const name = (part: Part) => `localhost/frwp-images-test/${part}:first`;
const again = (part: Part) => `localhost/frwp-images-test/${part}:again`;
const LABEL = 'org.opencontainers.image.';

beforeAll(async () => {
  const archives = await buildOwnImages();
  for (const [index, part] of PARTS.entries()) {
    const pulled = await run('buildah', ['pull', '--quiet', `oci-archive:${archives[index]?.archive}`]);
    await run('buildah', ['tag', pulled.trim(), name(part)]);
  }
}, 300_000);

afterAll(async () => {
  const made = (await run('buildah', ['images', '--format', '{{.Name}}:{{.Tag}}'])).split('\n');
  const ours = made.filter((image) => image.startsWith('localhost/frwp-images-test/'));
  if (ours.length > 0) await run('buildah', ['rmi', ...ours]);
}, 60_000);

describe.each(PARTS)('the image of the %s', (part) => {
  test('says what it is, what it was made from, and from what source', async () => {
    const { config, created } = await imageConfig(name(part));
    const label = (key: string) => config.Labels?.[LABEL + key];
    expect(label('title')).toBe(`fareruleworkerpool-${part}`);
    expect(label('licenses')).toBe('Apache-2.0');
    expect(label('description')).toMatch(/Camunda 7 process/);
    expect(label('version')).toBe((await imageFacts()).version);
    expect(label('revision')).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
    expect(label('created')).toBe(created);
    const { runtime, runtimeDigest } = await standInBases();
    expect([label('base.name'), label('base.digest')]).toEqual([runtime, runtimeDigest]);
  });

  test('has one program, no shell, and nothing that its user may change', async () => {
    const [programs, writable, shells] = await withFiles(name(part), (root) =>
      Promise.all([
        run('find', [
          join(root, 'app'),
          join(root, 'usr/local'),
          '-type',
          'f',
          '-perm',
          '/111',
          '-printf',
          '%P\n',
        ]),
        run('find', [root, '-xdev', '-user', '65532', '-o', '-xdev', '-type', 'f', '-perm', '/022']),
        run('find', [
          root,
          '-xdev',
          '(',
          '-name',
          'sh',
          '-o',
          '-name',
          '*ash',
          '-o',
          '-name',
          'npm*',
          '-o',
          '-name',
          'dpkg*',
          ')',
          '-not',
          '-type',
          'd',
        ]),
      ]),
    );
    expect({ programs: programs.trim(), writable, shells }).toEqual({
      programs: 'bin/node',
      writable: '',
      shells: '',
    });
  });

  test('starts as another user than root, where nothing can be written', async () => {
    const { config } = await imageConfig(name(part));
    expect(config.User).toBe('65532:65532');
    const probe =
      'try { fs.writeFileSync("/app/x", "") } catch (error) { console.log(process.getuid(), error.code) }';
    await withFiles(name(part), async (root) => {
      expect((await runRestricted(root, ['/usr/local/bin/node', '-e', probe])).trim()).toBe('65532 EROFS');
      // The entry point itself, without its configuration: it says so and ends.
      const [command = '', ...args] = config.Entrypoint ?? [];
      await expect(runRestricted(root, [command, ...args])).rejects.toThrow(
        /"configuration_invalid"|"not started"/,
      );
    });
  }, 30_000);

  test('lists every package that it contains, with its licence', async () => {
    const { metafile } = await build({
      absWorkingDir: join(ROOT, part),
      entryPoints: ['src/main.ts'],
      bundle: true,
      external: ['supports-color'],
      write: false,
      outdir: 'dist',
      platform: 'node',
      format: 'esm',
      metafile: true,
    });
    const [sbom, licences] = await withFiles(name(part), async (root) => [
      readFileSync(join(root, 'app/sbom.cdx.json'), 'utf8'),
      readFileSync(join(root, 'app/LICENSES.txt'), 'utf8'),
    ]);
    const listed = new Set(
      JSON.parse(sbom).components.map((component: { group?: string; name: string; version: string }) =>
        [...(component.group ? [component.group] : []), `${component.name}@${component.version}`].join('/'),
      ),
    );
    const bundled = bundledPackages(metafile, join(ROOT, part)).map((directory) =>
      JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')),
    );
    expect(bundled.length).toBeGreaterThan(20);
    for (const { name: package_, version } of bundled) {
      expect(listed).toContain(`${package_}@${version}`);
      expect(licences).toContain(`${package_} ${version} (`);
    }
    expect(listed).toContain(`node@${process.versions.node}`);
    expect(await new JsonStrictValidator(Version.v1dot6).validate(sbom)).toBeNull();
  }, 60_000);

  test('is made again from what its labels say, to the same layers', async () => {
    const first = await imageConfig(name(part));
    const { Labels = {} } = first.config;
    const facts = {
      version: Labels[`${LABEL}version`] ?? '',
      revision: Labels[`${LABEL}revision`] ?? '',
      epoch: Date.parse(Labels[`${LABEL}created`] ?? '') / 1_000,
      source: Labels[`${LABEL}source`] || undefined,
    };
    await buildahBuild(part, again(part), facts, await standInBases());
    const second = await imageConfig(again(part));
    expect(second.rootfs).toEqual(first.rootfs);
    expect(second.config).toEqual(first.config);
    expect(second.created).toBe(first.created);
  }, 180_000);
});
