/**
 * What the Prometheus operator makes of a PodMonitor, as far as ours go. Debian's Prometheus is built without the
 * discovery of Kubernetes' pods: they are found here, with the labels that it would give them, and told by a file.
 */
import type { Live } from '../integration/operatorHarness.ts';

export interface Relabeling {
  action: string;
  sourceLabels: string[];
  regex?: string;
  targetLabel: string;
  replacement?: string;
}

export interface PodMonitor {
  metadata: { name: string; namespace: string };
  spec: {
    selector: { matchLabels: Record<string, string> };
    podMetricsEndpoints: {
      port: string;
      path: string;
      interval: string;
      honorLabels?: boolean;
      relabelings?: Relabeling[];
      metricRelabelings?: Relabeling[];
    }[];
  };
}

/** How Kubernetes' labels are called in service discovery. */
const meta = (label: string) => `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`;

/** One target for each port of each container of the pods, for a file of `file_sd_configs`. */
export function discovered(pods: Live[]): object[] {
  return pods.flatMap(({ metadata, spec, status }) => {
    const labels = (metadata.labels ?? {}) as Record<string, string>;
    const ofPod = {
      __meta_kubernetes_namespace: metadata.namespace,
      __meta_kubernetes_pod_name: metadata.name,
      ...Object.fromEntries(Object.entries(labels).map(([label, value]) => [meta(label), value])),
    };
    const containers = spec.containers as {
      name: string;
      ports?: { name: string; containerPort: number }[];
    }[];
    return containers.flatMap(({ name, ports = [] }) =>
      ports.map((port) => ({
        targets: [`${status.podIP}:${port.containerPort}`],
        labels: {
          ...ofPod,
          __meta_kubernetes_pod_container_name: name,
          __meta_kubernetes_pod_container_port_name: port.name,
        },
      })),
    );
  });
}

/**
 * @param file with what `discovered` made of all pods of the monitor's namespace
 * @param interval in the place of the monitor's own, for a test that does not want to wait
 */
export function scrapeConfig({ metadata, spec }: PodMonitor, file: string, interval: string): object {
  const [endpoint] = spec.podMetricsEndpoints;
  if (!endpoint) throw new Error(`PodMonitor ${metadata.name} has no endpoint`);
  const keep = (source: string, value: string) => ({
    source_labels: [source],
    regex: value.replaceAll('.', '\\.'),
    action: 'keep',
  });
  const copy = (source: string, target: string) => ({ source_labels: [source], target_label: target });
  return {
    job_name: `podMonitor/${metadata.namespace}/${metadata.name}/0`,
    honor_labels: endpoint.honorLabels ?? false,
    scrape_interval: interval,
    scrape_timeout: interval,
    metrics_path: endpoint.path,
    file_sd_configs: [{ files: [file] }],
    relabel_configs: [
      ...Object.entries(spec.selector.matchLabels).map(([label, value]) => keep(meta(label), value)),
      keep('__meta_kubernetes_pod_container_port_name', endpoint.port),
      copy('__meta_kubernetes_namespace', 'namespace'),
      copy('__meta_kubernetes_pod_name', 'pod'),
      copy('__meta_kubernetes_pod_container_name', 'container'),
      ...(endpoint.relabelings ?? []).map(relabelConfig),
    ],
    metric_relabel_configs: (endpoint.metricRelabelings ?? []).map(relabelConfig),
  };
}

/** The same in Prometheus' words. */
const relabelConfig = ({ action, regex, replacement, sourceLabels, targetLabel }: Relabeling) => ({
  action,
  source_labels: sourceLabels,
  target_label: targetLabel,
  ...(regex !== undefined && { regex }),
  ...(replacement !== undefined && { replacement }),
});
