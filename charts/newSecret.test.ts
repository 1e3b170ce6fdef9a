import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { folderOf } from './checks/charts.ts';

interface Secret {
  metadata: { name: string };
  stringData?: Record<string, string>;
}
let outcomeOf: (status: number, answer?: unknown) => string;
let withPassword: (secret: Secret) => Secret & { stringData: { password: string } };

beforeAll(async () => {
  // A file of the chart, which its hook runs as it is.
  const file = pathToFileURL(join(folderOf('ticket-refund'), 'files/new-secret.mjs'));
  ({ outcomeOf, withPassword } = await import(file.href));
});

describe('the hook that makes Secrets', () => {
  test('adds a password by chance to what the Secret says, another one each time', () => {
    const wanted = { metadata: { name: 'camunda-admin' }, stringData: { username: 'admin' } };
    const [one, other] = [withPassword(wanted), withPassword(wanted)];
    expect(one).toEqual({
      metadata: { name: 'camunda-admin' },
      stringData: { username: 'admin', password: expect.stringMatching(/^[A-Za-z0-9]{32}$/) },
    });
    expect(other.stringData.password).not.toBe(one.stringData.password);
    expect(wanted.stringData).toEqual({ username: 'admin' });
  });

  test('makes one that says nothing else', () => {
    const { stringData } = withPassword({ metadata: { name: 'redis' } });
    expect(Object.keys(stringData)).toEqual(['password']);
  });

  test('has made what the API server says is created, and keeps what is there', () => {
    expect(outcomeOf(201, { kind: 'Secret' })).toBe('made');
    expect(outcomeOf(409, { reason: 'AlreadyExists', message: 'secrets "redis" already exists' })).toBe(
      'kept',
    );
  });

  test.each([
    [
      409,
      { reason: 'Conflict', message: 'the object has been modified' },
      'HTTP 409 the object has been modified',
    ],
    [403, { reason: 'Forbidden', message: 'secrets is forbidden' }, 'HTTP 403 secrets is forbidden'],
    [429, { reason: 'TooManyRequests' }, 'HTTP 429 TooManyRequests'],
    [502, undefined, 'HTTP 502'],
    [200, { kind: 'SecretList' }, 'HTTP 200'],
  ])('takes %i %j for no outcome', (status, answer, message) => {
    expect(() => outcomeOf(status, answer)).toThrow(new Error(message));
  });
});
