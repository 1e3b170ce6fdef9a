import { describe, expect, it } from '@jest/globals';
import { normalURL } from '../pool/engineURL.ts';
import {
  type Engine,
  engineKey,
  inFlightQuery,
  pendingQuery,
  type Question,
  questionKey,
} from './question.ts';

const auth = { kind: 'basic' as const, username: 'demo', password: 'hunter2' };
const client = {
  kind: 'oauth2' as const,
  tokenURL: 'https://idp.example.com/token',
  clientId: 'pool',
  clientSecret: 'hunter2',
  authentication: 'Basic' as const,
};
const urls = ['http://a:8080/engine-rest', 'http://b:8080/engine-rest'];
const question: Question = {
  topic: 'analyze-fare-rules',
  processDefinitionKeys: ['ticket-refund'],
  tenantIds: ['b', 'a'],
  lockDurationMs: 30_000,
};

describe('an engine', () => {
  it.each([
    ['its nodes in another order', { urls: [...urls].reverse(), auth }],
    ['a node named twice', { urls: [...urls, ...urls], auth }],
    [
      'its URLs written otherwise',
      { urls: ['HTTP://A:8080/engine-rest/', 'http://b:8080/engine-rest//'], auth },
    ],
  ])('is the same with %s', (_, other) => {
    expect(engineKey(other)).toBe(engineKey({ urls, auth }));
  });

  it.each([
    ['another node', { urls: urls.slice(1), auth }],
    ['another path', { urls: ['http://a:8080/other', urls[1] ?? ''], auth }],
    ['another user', { urls, auth: { ...auth, username: 'other' } }],
    ['another password', { urls, auth: { ...auth, password: 'other' } }],
    ['tokens in place of a password', { urls, auth: client }],
    ['other certificates', { urls, auth, ca: 'PEM' }],
    ['no credentials', { urls }],
  ])('is another one with %s', (_, other) => {
    expect(engineKey(other)).not.toBe(engineKey({ urls, auth }));
  });

  it('has a key without its password', () => {
    expect(engineKey({ urls, auth })).not.toContain('hunter2');
    expect(engineKey({ urls, auth: client })).not.toBe(
      engineKey({ urls, auth: { ...client, clientSecret: 'other' } }),
    );
  });

  it('has no port in its URL that the scheme implies', () => {
    expect(normalURL('https://engine:443/engine-rest/')).toBe('https://engine/engine-rest');
  });

  it.each<[string, Partial<Engine>, boolean]>([
    ['the same', {}, false],
    ['the same where tokens come from elsewhere', { auth: client }, false],
    ['another one when its name is one of a Service there', { urls: ['http://camunda:8080/'] }, true],
    ['another one when its tokens come from there', { auth: { ...client, tokenURL: 'http://idp/' } }, true],
  ])('is, in another namespace, %s', (_, change, another) => {
    const full = ['http://a.engines.svc:8080/', 'https://engine.example.com/'];
    const inNamespace = (namespace: string) => engineKey({ urls: full, namespace, ...change });
    expect(inNamespace('one') !== inNamespace('two')).toBe(another);
  });
});

describe('a question', () => {
  it('is the same with its filters in another order', () => {
    expect(questionKey({ ...question, tenantIds: ['a', 'b', 'a'] })).toBe(questionKey(question));
  });

  it.each<[string, Partial<Question>]>([
    ['topic', { topic: 'other' }],
    ['process', { processDefinitionKeys: ['other'] }],
    ['tenant', { tenantIds: ['a'] }],
    ['lock duration', { lockDurationMs: 60_000 }],
    ['filter less', { tenantIds: undefined }],
  ])('is another one with another %s', (_, change) => {
    expect(questionKey({ ...question, ...change })).not.toBe(questionKey(question));
  });

  it('does not take a process for a tenant', () => {
    const filter = ['x'];
    const asProcess = { topic: 't', lockDurationMs: 1, processDefinitionKeys: filter };
    const asTenant = { topic: 't', lockDurationMs: 1, tenantIds: filter };
    expect(questionKey(asProcess)).not.toBe(questionKey(asTenant));
  });

  it('asks for what waits and for what is in work, each with the pool’s filters', () => {
    const filters = {
      topicName: 'analyze-fare-rules',
      withRetriesLeft: 'true',
      active: 'true',
      processDefinitionKeyIn: 'ticket-refund',
      tenantIdIn: 'a,b',
    };
    expect(pendingQuery(question)).toEqual({ ...filters, notLocked: 'true' });
    expect(inFlightQuery(question, Date.UTC(2026, 0, 1))).toEqual({
      ...filters,
      locked: 'true',
      lockExpirationBefore: '2026-01-01T00:00:35.000+0000',
    });
  });
});
