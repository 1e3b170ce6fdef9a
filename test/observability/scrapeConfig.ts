/** What the Prometheus operator makes of a PodMonitor, as far as ours go. */

export interface PodMonitor {
  metadata: { name: string; namespace: string };
  spec: {
    selector: { matchLabels: Record<string, string> };
    podMetricsEndpoints: {
      port: string;
      path: string;
      interval: string;
      honorLabels?: boolean;
      relabelings?: { action: string; sourceLabels: string[]; targetLabel: string }[];
    }[];
  };
}

/** How Kubernetes' labels are called in service discovery. */
const meta = (label: string) => `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`;

/**
 * @param kubeconfig for the discovery of pods
 * @param interval in the place of the monitor's own, for a test that does not want to wait
 */
export function scrapeConfig({ metadata, spec }: PodMonitor, kubeconfig: string, interval: string): object {
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
    kubernetes_sd_configs: [
      { role: 'pod', kubeconfig_file: kubeconfig, namespaces: { names: [metadata.namespace] } },
    ],
    relabel_configs: [
      ...Object.entries(spec.selector.matchLabels).map(([label, value]) => keep(meta(label), value)),
      keep('__meta_kubernetes_pod_container_port_name', endpoint.port),
      copy('__meta_kubernetes_namespace', 'namespace'),
      copy('__meta_kubernetes_pod_name', 'pod'),
      copy('__meta_kubernetes_pod_container_name', 'container'),
      ...(endpoint.relabelings ?? []).map(({ action, sourceLabels, targetLabel }) => ({
        action,
        source_labels: sourceLabels,
        target_label: targetLabel,
      })),
    ],
  };
}
