/** The sample stack without Helm: what its README has made before it is applied. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '..', 'manifests', 'ticket-refund');

test('every Secret that the objects name is made by a command of the README', () => {
  const stack = readFileSync(join(FOLDER, 'stack.yaml'), 'utf8');
  const named = /(?:secretKeyRef|secretRef|SecretRef):\s+(?:key: \S+\s+)?name: (\S+)|secretName: (\S+)/g;
  const names = new Set([...stack.matchAll(named)].map(([, reference, volume]) => reference ?? volume));
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const made = new Set([...readme.matchAll(/create secret generic (\S+)/g)].map(([, name]) => name));
  expect(names.size).toBeGreaterThanOrEqual(4);
  expect([...names].filter((name) => !made.has(name))).toEqual([]);
});
