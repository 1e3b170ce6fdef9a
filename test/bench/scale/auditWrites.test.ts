import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { endOf } from '../../support/auditLog.ts';
import { writesIn, writesSince } from './auditWrites.ts';

const USER = 'system:serviceaccount:system:operator';
const line = (verb: string, resource: string, change: object = {}) =>
  `${JSON.stringify({ stage: 'ResponseComplete', verb, user: { username: USER }, objectRef: { resource }, ...change })}\n`;

describe('writes in an audit log', () => {
  it.each([
    ['a patch', line('patch', 'deployments'), ['patch deployments']],
    [
      'a status, with its subresource',
      line('patch', 'x', { objectRef: { resource: 'fareruleworkerpools', subresource: 'status' } }),
      ['patch fareruleworkerpools/status'],
    ],
    ['a Lease, which is a sign of life', line('update', 'leases'), []],
    ['a question', line('create', 'subjectaccessreviews'), []],
    ['a read', line('get', 'deployments'), []],
    ['a watch that only began', line('patch', 'pods', { stage: 'ResponseStarted' }), []],
    ['somebody else’s', line('patch', 'pods', { user: { username: `${USER}-2` } }), []],
    ['a line that is still written', '{"stage":"Respon', []],
  ])('are told for %s', (_, text, writes) => {
    expect(writesIn(text, USER)).toEqual(writes);
  });

  it('are those after a place in the file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'audit-'));
    try {
      const log = join(directory, 'audit.log');
      writeFileSync(log, line('patch', 'deployments'));
      const from = endOf(log);
      appendFileSync(log, line('patch', 'secrets'));
      expect(writesSince(log, from, USER)).toEqual(['patch secrets']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
