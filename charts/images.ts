/** Every image that the charts name, and where it comes from: what a site without a way out has to mirror. */
import { parseAllDocuments } from 'yaml';
import { RECIPES } from '../test/images/recipes.ts';
import { rendered, variants } from './checks/charts.ts';

export const IMAGE_LIST = 'docs/images.txt';

/** Of the public registries that the charts' defaults name. */
const PUBLIC = ['docker.io/library/', 'ghcr.io/cloudnative-pg/'];

const HEADER = `# Images of the charts with their default, production and small values, for a registry of your own
# (global.imageRegistry). By tag: what a tag is may change, a digest may not; the charts take both.
# Written by \`make generate\`. CloudNativePG's operator, cert-manager and an ingress controller bring their own.
`;

/** Variables that carry an image which the operator puts into other pods. */
const IMAGE_VARIABLES = new Set(['WORKER_IMAGE']);

/** The values of every field that names an image, wherever it is. */
export function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (value === null || typeof value !== 'object') return [];
  const { name, value: text } = value as { name?: unknown; value?: unknown };
  const own = IMAGE_VARIABLES.has(String(name)) ? [String(text)] : [];
  return Object.entries(value)
    .flatMap(([key, child]) =>
      (key === 'image' || key === 'imageName') && typeof child === 'string' ? [child] : imagesIn(child),
    )
    .concat(own);
}

export type Origin = 'built' | 'stand-in' | 'public';

/** Pure: where an image is to be had; undefined when nobody has it, and a pod of it would never start. */
export function originOf(image: string): Origin | undefined {
  if (image === RECIPES['llm-stand-in'].image) return 'stand-in';
  if (Object.values(RECIPES).some((recipe) => recipe.image === image)) return 'built';
  return PUBLIC.some((prefix) => image.startsWith(prefix)) ? 'public' : undefined;
}

const SECTIONS: [Origin, string][] = [
  ['public', 'On public registries'],
  ['built', 'Built by `make images` (docs/release.md)'],
  [
    'stand-in',
    'Built by `make images`, for values-small.yaml and manifests/ticket-refund alone: a STAND-IN, no model',
  ],
];

/**
 * Pure: the list's text.
 * @throws Error when one of the images is nowhere to be had
 */
export function listOf(images: ReadonlySet<string>): string {
  const nowhere = [...images].filter((image) => !originOf(image));
  if (nowhere.length > 0) {
    throw new Error(
      `neither built by test/images/recipes.ts nor on a public registry: ${nowhere.join(', ')}`,
    );
  }
  const sections = SECTIONS.map(([origin, title]) => {
    const lines = [...images].filter((image) => originOf(image) === origin).sort();
    return `\n# ${title}\n${lines.map((line) => `${line}\n`).join('')}`;
  });
  return HEADER + sections.join('');
}

/** The list as a file, by path. */
export async function imageList(): Promise<Record<string, string>> {
  const found = new Set<string>();
  for (const variant of variants()) {
    for (const document of parseAllDocuments(await rendered(variant))) {
      for (const image of imagesIn(document.toJS())) found.add(image);
    }
  }
  return { [IMAGE_LIST]: listOf(found) };
}
