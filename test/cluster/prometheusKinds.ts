/** The Prometheus operator's own definitions of the kinds that the charts make for it; the operator itself does not run. */
import { join } from 'node:path';
import type { Kubectl } from '../environment/kubectl.ts';
import { goModule } from './goModule.ts';

const KINDS = ['podmonitors', 'prometheusrules', 'servicemonitors'];
const names = KINDS.map((kind) => `${kind}.monitoring.coreos.com`);

export async function installPrometheusKinds(kubectl: Kubectl): Promise<void> {
  const { read } = await goModule(
    join(import.meta.dirname, 'prometheus-operator'),
    'github.com/prometheus-operator/prometheus-operator',
  );
  const files = KINDS.map((kind) =>
    read(`example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`),
  );
  await kubectl(['apply', '--server-side', '-f', '-'], files.join('\n---\n'));
  await kubectl(['wait', 'crd', ...names, '--for=condition=Established', '--timeout=60s']);
}

/** With every object of them. */
export async function removePrometheusKinds(kubectl: Kubectl): Promise<void> {
  await kubectl(['delete', 'crd', ...names, '--ignore-not-found', '--timeout=60s']);
}
