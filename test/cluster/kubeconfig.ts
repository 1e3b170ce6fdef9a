/** Kubeconfig files for the components and for the user, by client certificate. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { KeyPairFiles } from './pki.ts';

export function writeKubeconfig(path: string, server: string, caFile: string, client: KeyPairFiles): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'user', user: { 'client-certificate': client.cert, 'client-key': client.key } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'user' } }],
    'current-context': 'local',
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
  return path;
}
