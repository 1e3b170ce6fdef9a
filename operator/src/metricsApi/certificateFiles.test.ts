import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from '../telemetry/log.ts';
import { CertificateFiles } from './certificateFiles.ts';
import { CERTIFICATE_FILES } from './certificateProblem.ts';
import { type ServingCertificate, servingCertificate } from './tls.ts';

const HOST = 'metrics.system.svc';
const make = () => servingCertificate(HOST, Date.now(), 86_400_000);

describe('the certificate files', () => {
  let directory: string;
  let said: string[];
  let files: CertificateFiles;
  let first: ServingCertificate;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'frwp-certificate-'));
    for (const file of CERTIFICATE_FILES) symlinkSync(join('..data', file), join(directory, file));
    said = [];
    const log = { error: (_: string, { error }: { error: string }) => said.push(error) };
    files = new CertificateFiles(directory, HOST, log as unknown as Logger);
    first = await make();
  });

  /** As the kubelet: the files of one state in a directory of their own, and a link that moves. */
  function mount({ cert, key, ca }: Pick<ServingCertificate, 'cert' | 'key' | 'ca'>): void {
    const state = mkdtempSync(join(directory, '..state-'));
    writeFileSync(join(state, 'tls.crt'), cert);
    writeFileSync(join(state, 'tls.key'), key);
    writeFileSync(join(state, 'ca.crt'), ca);
    symlinkSync(state, join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  }

  it('are served as they are', async () => {
    mount(first);
    const { cert, key, ca } = first;
    expect(await files.first()).toMatchObject({ cert, key, ca });
    expect(await files.newer(first)).toBeUndefined();
  });

  it('are followed when the link moves', async () => {
    mount(first);
    const second = await make();
    mount(second);
    expect(await files.newer(first)).toMatchObject({ cert: second.cert });
  });

  it('may lie in a directory without the kubelet’s link', async () => {
    const plain = mkdtempSync(join(tmpdir(), 'frwp-certificate-'));
    mkdirSync(plain, { recursive: true });
    writeFileSync(join(plain, 'tls.crt'), first.cert);
    writeFileSync(join(plain, 'tls.key'), first.key);
    writeFileSync(join(plain, 'ca.crt'), first.ca);
    const there = new CertificateFiles(plain, HOST, {} as Logger);
    expect(await there.first()).toMatchObject({ cert: first.cert });
  });

  it('stop the start when one is missing, named with the variable and the directory', async () => {
    mount(first);
    rmSync(join(directory, '..data', 'tls.key'));
    rmSync(join(directory, '..data', 'ca.crt'));
    await expect(files.first()).rejects.toThrow(
      `METRICS_API_CERT_DIR ${directory}: ca.crt is missing, tls.key is missing`,
    );
  });

  it('that have become bad are told once, not in the moment of a change, and without their text', async () => {
    mount(first);
    mount({ ...first, key: (await make()).key });
    expect(await files.newer(first)).toBeUndefined();
    expect(said).toEqual([]);
    for (let look = 0; look < 3; look += 1) expect(await files.newer(first)).toBeUndefined();
    expect(said).toEqual([`METRICS_API_CERT_DIR ${directory}: tls.key is not the key of tls.crt`]);
  });
});
