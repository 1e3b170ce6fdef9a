/** What a run of the local environment would leave on this machine, found by its names. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_CGROUP } from '../cluster/node.ts';
import { STATE } from '../support/paths.ts';
import { MARK, run } from '../support/process.ts';

/** One line for each process, mount, interface, namespace, firewall rule, cgroup and folder of ours. */
export async function traces(): Promise<string[]> {
  return [
    ...processes().map((line) => `process ${line}`),
    ...mounts().map((path) => `mount ${path}`),
    ...named('/sys/class/net').map((name) => `interface ${name}`),
    ...named('/var/run/netns').map((name) => `network namespace ${name}`),
    ...(await firewallRules()).map((rule) => `iptables ${rule}`),
    ...cgroups().map((path) => `cgroup ${path}`),
    ...(existsSync(STATE) ? [`folder ${STATE}`] : []),
  ];
}

/** A process of ours carries the mark, runs on our files or addresses, or in a pod. */
const OURS = new RegExp([STATE, '10\\.77\\.0\\.', '/kubepods'].join('|'));

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      const known = [command, read(`/proc/${pid}/cgroup`), workingDirectory(pid)];
      const marked = read(`/proc/${pid}/environ`).split('\0').includes(MARK);
      return marked || known.some((text) => OURS.test(text)) ? [`${pid} ${command}`] : [];
    });
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

const mounts = () =>
  read('/proc/self/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(STATE));

const named = (directory: string) =>
  existsSync(directory) ? readdirSync(directory).filter((name) => /^(frwp|cni-)/.test(name)) : [];

async function firewallRules(): Promise<string[]> {
  const rules = (await run('iptables-save', [])).split('\n');
  return rules.filter((rule) => /KUBE-|CNI-|frwp|10\.(77|96|244)\./.test(rule));
}

const cgroups = () =>
  ['', ...readdirSync('/sys/fs/cgroup')]
    .flatMap((controller) =>
      ['kubepods', OWN_CGROUP].map((parent) => join('/sys/fs/cgroup', controller, parent)),
    )
    .filter((path) => existsSync(path));
