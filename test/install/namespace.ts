/** Namespaces as careful sites have them. */
import { stringify } from 'yaml';
import type { Kubectl } from '../environment/kubectl.ts';

/** Makes a namespace that takes only pods of the Pod Security level `restricted`. */
export async function restrictedNamespace(kubectl: Kubectl, name: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await kubectl(['apply', '--server-side', '-f', '-'], stringify(namespace));
}
