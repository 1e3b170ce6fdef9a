import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { folderOf } from './checks/charts.ts';

const ADMINISTRATOR = { ENGINE_USERNAME: 'admin', ENGINE_PASSWORD: 'secret-of-admin' };

let isAdministrator: (username: string, password: string, env: typeof ADMINISTRATOR) => boolean;

beforeAll(async () => {
  // A file of the chart, which its hook runs as it is.
  const file = pathToFileURL(join(folderOf('ticket-refund'), 'files/worker-user.mjs'));
  ({ isAdministrator } = await import(file.href));
});

describe('the hook that makes the pools’ user', () => {
  test('makes one of another name', () => {
    expect(isAdministrator('farerules', 'secret-of-admin', ADMINISTRATOR)).toBe(false);
  });

  test('makes none where the Secret has the administrator’s own user and password', () => {
    expect(isAdministrator('admin', 'secret-of-admin', ADMINISTRATOR)).toBe(true);
  });

  test('does not replace the administrator’s password by another one, and tells neither', () => {
    const refused = () => isAdministrator('admin', 'secret-of-pools', ADMINISTRATOR);
    expect(refused).toThrow('one user, admin, with two passwords');
    expect(refused).not.toThrow('secret-of');
  });
});
