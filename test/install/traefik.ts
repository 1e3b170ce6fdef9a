/** Traefik, a real ingress controller, from its Go module: a process of this machine, which has a way to the cluster's pods. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goTool } from '../../charts/tools/goTool.ts';
import { environment } from '../environment/environment.ts';
import { freePort } from '../integration/workerHarness.ts';
import { type RunningProcess, run, startProcess } from '../support/process.ts';

const FOLDER = join(import.meta.dirname, 'traefik');
const PACKAGE = 'github.com/traefik/traefik/v3/cmd/traefik';
/** Traefik's library for ACME, at the version of its go.mod. */
const LEGO = 'github.com/go-acme/lego/v4@v4.33.0';
/** Of its files, as in a go.sum: the module's own has none for what is replaced. */
const LEGO_SUM = 'h1:2KrRKieG+VczT4zvVXKAY7Tp/S3XLvh/QImofBALRAM=';
const DNS_PROVIDERS = 'dns_providers.go';

export interface Traefik extends RunningProcess {
  /** Port of HTTPS and of plain HTTP at 127.0.0.1. */
  https: number;
  http: number;
  /** What became of the requests with this text in path or query, in their order. */
  requests(text: string): Passed[];
}

export interface Passed {
  /** Address of the pod that it went to; undefined: to none. */
  pod: string | undefined;
  /** What Traefik had the route from: `kubernetes` or `kubernetesingressnginx`. */
  provider: string | undefined;
}

/** What Traefik's own chart sets: an entry point with TLS and one without, and the Ingresses of its class. */
export async function startTraefik(namespace: string): Promise<Traefik> {
  const command = await buildTraefik();
  const { kubeconfig, logs } = environment();
  const [https, http] = [await freePort(), await freePort()];
  const accessLog = join(logs, `traefik-access-${process.pid}.log`);
  rmSync(accessLog, { force: true });
  const traefik = await startProcess({
    name: 'traefik',
    command,
    args: [
      `--entrypoints.websecure.address=127.0.0.1:${https}`,
      '--entrypoints.websecure.http.tls=true',
      `--entrypoints.web.address=127.0.0.1:${http}`,
      `--providers.kubernetesingress.namespaces=${namespace}`,
      // Ingresses that are written for ingress-nginx, too: what it reads of them is what ingress-nginx reads.
      `--providers.kubernetesingressnginx.watchnamespace=${namespace}`,
      '--accesslog=true',
      '--accesslog.format=json',
      `--accesslog.filepath=${accessLog}`,
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
    ],
    env: { KUBECONFIG: kubeconfig },
    logFile: join(logs, 'traefik.log'),
  });
  const requests = (text: string) =>
    readFileSync(accessLog, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { RequestPath: string; ServiceAddr?: string; ServiceName?: string })
      .filter(({ RequestPath }) => RequestPath.includes(text))
      .map(({ ServiceAddr, ServiceName }) => ({
        pod: ServiceAddr?.split(':')[0],
        provider: ServiceName?.split('@')[1],
      }));
  return { ...traefik, https, http, requests };
}

function buildTraefik(): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'frwp-traefik-'));
  const sources = ['go.mod', 'go.sum', DNS_PROVIDERS];
  return goTool('traefik', FOLDER, PACKAGE, sources, () => withoutDnsProviders(work)).finally(() =>
    rmSync(work, { recursive: true, force: true }),
  );
}

/** Makes a copy of the module, and beside it, where its go.mod looks for it, one of lego without its DNS providers. */
async function withoutDnsProviders(work: string): Promise<string> {
  for (const file of ['go.mod', 'go.sum']) copyFileSync(join(FOLDER, file), join(work, file));
  const downloaded = await run('go', ['mod', 'download', '-json', LEGO], { cwd: tmpdir() });
  const { Dir, Sum } = JSON.parse(downloaded) as { Dir: string; Sum: string };
  if (Sum !== LEGO_SUM) throw new Error(`${LEGO} is not what it was: ${Sum}`);
  const lego = join(work, 'lego');
  await run('cp', ['-r', '--no-preserve=mode', Dir, lego]);
  copyFileSync(join(FOLDER, DNS_PROVIDERS), join(lego, 'providers/dns/zz_gen_dns_providers.go'));
  return work;
}
