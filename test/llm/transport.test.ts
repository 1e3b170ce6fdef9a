/** The worker's way to the model, with a real proxy and a stand-in that speaks TLS with a CA of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ChatModel } from '../../worker/src/llm/openai.ts';
import { createFetch, type TransportOptions } from '../../worker/src/llm/transport.ts';
import { Authority } from '../cluster/pki.ts';
import { type ConnectProxy, startConnectProxy } from '../support/connectProxy.ts';
import { type StandIn, startStandIn } from './standIn.ts';

let directory: string;
let ca: string;
let otherCa: string;
let secure: StandIn;
let plain: StandIn;
let proxy: ConnectProxy;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'transport-'));
  const authority = await Authority.create(join(directory, 'one'), 'private-ca');
  const files = await authority.issue('llm', { commonName: 'llm', ips: ['127.0.0.1'] });
  const tls = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  ca = authority.pem;
  otherCa = (await Authority.create(join(directory, 'two'), 'other-ca')).pem;
  secure = await startStandIn({ latencyMs: { min: 0, max: 1 }, tls });
  plain = await startStandIn({ latencyMs: { min: 0, max: 1 } });
});
beforeEach(async () => {
  await proxy?.stop();
  proxy = await startConnectProxy();
});
afterAll(async () => {
  await proxy?.stop();
  await secure?.stop();
  await plain?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const model = (baseURL: string, options: Partial<TransportOptions>) =>
  new ChatModel(
    { baseURL, model: 'gpt-4o-mini', answerFormat: 'OneWord', call: { max_tokens: 10 } },
    createFetch({ proxyURL: undefined, noProxy: [], ca: undefined, ...options }),
  );
const ask = async (llm: ChatModel) => {
  const prompt = { system: 'One word.', user: 'Ticket Class: First\nDays Until Flight: 9' };
  return (await llm.ask(prompt, 'sk-of-the-test', 3_000)).answer.content;
};
const hostOf = (standIn: StandIn) => new URL(standIn.baseURL).host;

test('a certificate of an unknown CA is refused, and says so', async () => {
  await expect(ask(model(secure.baseURL, {}))).rejects.toMatchObject({ code: 'UNTRUSTED' });
  await expect(ask(model(secure.baseURL, { ca: () => otherCa }))).rejects.toMatchObject({
    code: 'UNTRUSTED',
  });
});

test('a private CA is trusted', async () => {
  expect(await ask(model(secure.baseURL, { ca: () => ca }))).toBe('ALLOWED');
});

test('another CA takes effect with the next call', async () => {
  let current = otherCa;
  const llm = model(secure.baseURL, { ca: () => current });
  await expect(ask(llm)).rejects.toMatchObject({ code: 'UNTRUSTED' });
  current = ca;
  expect(await ask(llm)).toBe('ALLOWED');
  current = otherCa;
  await expect(ask(llm)).rejects.toMatchObject({ code: 'UNTRUSTED' });
});

test('HTTPS goes through the proxy in a tunnel, with the private CA at its end', async () => {
  const llm = model(secure.baseURL, { proxyURL: proxy.url, ca: () => ca });
  expect(await ask(llm)).toBe('ALLOWED');
  expect(proxy.asked()).toEqual([`CONNECT ${hostOf(secure)}`]);
});

test('plain HTTP goes through it too', async () => {
  expect(await ask(model(plain.baseURL, { proxyURL: proxy.url }))).toBe('ALLOWED');
  expect(proxy.asked()).toHaveLength(1);
});

test('hosts that are listed are asked directly', async () => {
  const llm = model(secure.baseURL, { proxyURL: proxy.url, noProxy: ['127.0.0.1'], ca: () => ca });
  expect(await ask(llm)).toBe('ALLOWED');
  expect(proxy.asked()).toEqual([]);
});

test('a proxy that is not there is a connection that cannot be made', async () => {
  const { url } = proxy;
  await proxy.stop();
  await expect(ask(model(secure.baseURL, { proxyURL: url, ca: () => ca }))).rejects.toMatchObject({
    code: 'CONNECTION',
  });
});
