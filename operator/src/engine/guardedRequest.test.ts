import { expect, it } from '@jest/globals';
import axios, { AxiosError } from 'axios';
import { sendGuarded } from './guardedRequest.ts';

it.each([
  ['INVALID_PURPOSE', 'engine_untrusted', 'check spec.engine.caSecretRef'],
  ['PATH_LENGTH_EXCEEDED', 'engine_untrusted', 'check spec.engine.caSecretRef'],
  ['CERT_HAS_EXPIRED', 'engine_untrusted', 'check spec.engine.caSecretRef'],
  ['ETIMEDOUT', 'engine_timeout', 'did not answer within 2 s'],
  ['ECONNREFUSED', 'engine_unreachable', 'cannot be reached (ECONNREFUSED)'],
])('a connection that fails with %s is %s', async (code, as, says) => {
  const client = axios.create({
    adapter: async () => {
      throw new AxiosError('the rest of it', code);
    },
  });
  const request = {
    method: 'GET' as const,
    url: 'http://e.example/',
    name: 'e',
    field: 'f',
    headers: {},
    limit: 1,
  };
  const failed = expect(sendGuarded(client, request)).rejects;
  await failed.toMatchObject({ code: as, message: expect.stringContaining(says) });
});
