/** The values of a chart as it is released: its images named by registry and digest, all else as it was. */
import { parseDocument } from 'yaml';

export interface ReleasedImage {
  registry: string;
  repository: string;
  digest: string;
}

/**
 * Pure. Comments stay, because they are what a user reads.
 * @param images by the path of the image in the values, for example `workerImage`
 * @throws Error when the values have no such image: a release that names nothing would start anything
 */
export function releaseValues(values: string, images: Record<string, ReleasedImage>): string {
  const document = parseDocument(values);
  for (const [name, image] of Object.entries(images)) {
    const path = name.split('.');
    for (const [key, value] of Object.entries(image)) {
      if (!document.hasIn([...path, key])) throw new Error(`the values have no ${name}.${key}`);
      document.setIn([...path, key], value);
    }
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * Pure: `registry.example.com/team/pool` and a part of it.
 * @throws Error when the digest is none
 */
export function releasedImage(prefix: string, part: string, digest: string): ReleasedImage {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${part}: "${digest}" is no digest`);
  const [registry = '', ...rest] = prefix.split('/');
  return { registry, repository: [...rest, part].join('/'), digest };
}
