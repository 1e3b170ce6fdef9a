import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nameLookup } from './names.ts';

/** Type A, class IN, at the end of a question. */
const TYPE_A = Buffer.from([0, 1, 0, 1]);

/** Answers a question with 10.0.0.7 for this name's A record, and "no such name" for all others. */
function answer(question: Buffer, name: string): Buffer {
  const end = question.indexOf(0, 12) + 1;
  const labels: string[] = [];
  for (let at = 12; at < end - 1; at += 1 + (question[at] ?? 0)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + (question[at] ?? 0)));
  }
  const body = question.subarray(12, end + 4);
  const found = labels.join('.').toLowerCase() === name;
  const isA = question.subarray(end, end + 4).equals(TYPE_A);
  const records = found && isA ? 1 : 0;
  const header = Buffer.concat([
    question.subarray(0, 2),
    Buffer.from([0x81, found ? 0x80 : 0x83, 0, 1, 0, records, 0, 0, 0, 0]),
  ]);
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7]);
  return Buffer.concat([header, body, ...(records ? [record] : [])]);
}

describe('the lookup of an engine’s name', () => {
  let directory: string;
  let socket: Socket;
  let servers: string[];
  let onQuestion: (question: Buffer, from: RemoteInfo) => void;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'names-'));
    writeFileSync(join(directory, 'resolv.conf'), 'search refunds.svc.cluster.local\noptions ndots:5\n');
    writeFileSync(join(directory, 'hosts'), '127.0.0.1 localhost\n');
    onQuestion = () => undefined;
    socket = createSocket('udp4', (question, from) => onQuestion(question, from));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    servers = [`127.0.0.1:${(socket.address() as AddressInfo).port}`];
  });
  afterEach(() => {
    socket.close();
    rmSync(directory, { recursive: true });
  });

  const lookup = (namespace?: string) =>
    nameLookup({
      namespace,
      files: { resolvConf: join(directory, 'resolv.conf'), hosts: join(directory, 'hosts') },
      servers,
    });
  const knows = (name: string) => {
    onQuestion = (question, from) => socket.send(answer(question, name), from.port, from.address);
  };

  it('uses the search list, as the names of Services need', async () => {
    knows('camunda.refunds.svc.cluster.local');
    expect(await lookup()('camunda')).toEqual([{ address: '10.0.0.7', family: 4 }]);
  });

  it('finds the Service beside the pool, not that of the same name beside the operator', async () => {
    writeFileSync(
      join(directory, 'resolv.conf'),
      'search system.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
    );
    knows('camunda.refunds.svc.cluster.local');
    expect(await lookup('refunds')('camunda')).toEqual([{ address: '10.0.0.7', family: 4 }]);
    knows('camunda.system.svc.cluster.local');
    await expect(lookup('refunds')('camunda')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('takes the name as it is when the search list does not have it', async () => {
    knows('engine.example');
    expect(await lookup()('engine.example')).toEqual([{ address: '10.0.0.7', family: 4 }]);
  });

  it('takes the name as it is also when the name server fails for the search list', async () => {
    onQuestion = (question, from) => {
      const found = answer(question, 'engine.example');
      if ((found[3] ?? 0) % 16 === 3) found[3] = 0x82; // "server failure" in place of "no such name"
      socket.send(found, from.port, from.address);
    };
    expect(await lookup()('engine.example')).toEqual([{ address: '10.0.0.7', family: 4 }]);
  });

  it('knows /etc/hosts', async () => {
    expect(await lookup()('localhost')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });

  it('says that there is no such name', async () => {
    knows('another');
    await expect(lookup()('camunda')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('takes no thread while a name server is silent: files are still read', async () => {
    const hanging = Array.from({ length: 64 }, (_, index) =>
      lookup()(`silent-${index}`).catch((error) => error),
    );
    const start = performance.now();
    await readFile(join(directory, 'hosts'));
    const read = performance.now() - start;
    const first = await Promise.race(hanging);
    expect(performance.now() - start).toBeGreaterThan(500);
    expect(first).toMatchObject({ code: 'ETIMEOUT' });
    expect(read).toBeLessThan(1_000);
    await Promise.all(hanging);
  }, 15_000);
});
