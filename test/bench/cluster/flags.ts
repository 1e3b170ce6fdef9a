/** What the API server and the controller manager run with: their flags decide how fast HPA is. From /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const COMPONENTS = { 'kube-apiserver': 'API server', 'kube-controller-manager': 'controller manager' };
/** Every cluster has these, each with its own values; none of them makes anything faster or slower. */
const PLACES =
  /(kubeconfig|file|certificate|key|authority|address(es|-types)?|servers|path|issuer|range|cidr)$|^--(requestheader|audit)-/;

/** In words, for the conditions of a figure; addresses, certificates and the audit log are left out. */
export function controlPlaneFlags(): string {
  const found = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => commandOf(pid))
    .flatMap(([, component = '', ...args]) =>
      component in COMPONENTS ? [describeFlags(component as keyof typeof COMPONENTS, args)] : [],
    );
  return [...new Set(found)].sort().join(', ') || 'flags of the control plane unknown';
}

/** Pure: one component's flags. */
export function describeFlags(component: keyof typeof COMPONENTS, args: readonly string[]): string {
  const set = args.filter((arg) => !PLACES.test(arg.split('=')[0] ?? ''));
  return `${COMPONENTS[component]} with default flags${set.length > 0 ? ` but ${set.join(' ')}` : ''}`;
}

/** Empty for a process that has gone in between. */
function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}
