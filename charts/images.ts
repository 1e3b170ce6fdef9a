/** Every image that the charts name with their default and production values: what a site without a way out has to mirror. */
import { parseAllDocuments } from 'yaml';
import { rendered, variants } from './checks/charts.ts';

export const IMAGE_LIST = 'docs/images.txt';

const HEADER = `# Images of the charts with default and production values, for a registry of your own (global.imageRegistry).
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

/** The list as a file, by path. */
export async function imageList(): Promise<Record<string, string>> {
  const found = new Set<string>();
  // The small values bring the stand-in of the tests, which no site needs.
  for (const variant of variants().filter(({ values }) => values !== 'values-small.yaml')) {
    for (const document of parseAllDocuments(await rendered(variant))) {
      for (const image of imagesIn(document.toJS())) found.add(image);
    }
  }
  return { [IMAGE_LIST]: `${HEADER}${[...found].sort().join('\n')}\n` };
}
