/** The sample stack's own images, engine and stand-in LLM: what they say of themselves, and as whom they run. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ImageArchive } from '../cluster/images.ts';
import { standInBases } from '../cluster/runtimeBase.ts';
import { engineImage, llmImage } from '../cluster/stackImages.ts';
import { imageFacts } from '../images/facts.ts';
import { archivedConfig, type ImageConfig } from '../images/inspect.ts';

const OPEN = 'org.opencontainers.image.';
const BUILD: Record<'engine' | 'llm-stand-in', () => Promise<ImageArchive>> = {
  engine: engineImage,
  'llm-stand-in': llmImage,
};

describe.each(['engine', 'llm-stand-in'] as const)('the image of the %s', (part) => {
  let image: ImageConfig;

  beforeAll(async () => {
    image = await archivedConfig((await BUILD[part]()).archive);
  }, 900_000);

  test('says what it is and from what source it was made', async () => {
    const label = (key: string) => image.config.Labels?.[OPEN + key];
    expect(label('title')).toBe(`fareruleworkerpool-${part}`);
    expect(label('licenses')).toBe('Apache-2.0');
    expect(label('version')).toBe((await imageFacts()).version);
    expect(label('revision')).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
    expect(label('created')).toBe(image.created);
    expect(label('base.digest')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('is one program that does not run as root', () => {
    expect(image.config.User).toBe('65532:65532');
    expect(image.config.Entrypoint?.[0]).toBe(part === 'engine' ? 'java' : 'node');
  });

  test('says for what it stands in', () => {
    const standsFor = image.config.Labels?.['farerules.dev/stand-in'];
    expect(standsFor).toBe(part === 'engine' ? 'docker.io/library/eclipse-temurin' : "an LLM's API");
  });
});

test('the stand-in LLM is on the base of the worker, which has no shell', async () => {
  const { config } = await archivedConfig((await llmImage()).archive);
  expect(config.Labels?.[`${OPEN}base.name`]).toBe((await standInBases()).runtime);
  expect(config.Labels?.[`${OPEN}description`]).toMatch(/^STAND-IN/);
});
