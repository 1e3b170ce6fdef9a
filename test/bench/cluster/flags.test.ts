import { expect, it } from '@jest/globals';
import { describeFlags } from './flags.ts';

it.each([
  {
    what: 'only places',
    args: [
      '--kubeconfig=/a',
      '--tls-cert-file=/b',
      '--service-cluster-ip-range=10.0.0.0/16',
      '--audit-log-maxsize=9',
    ],
    is: 'controller manager with default flags',
  },
  {
    what: 'what changes how fast HPA is',
    args: ['--kubeconfig=/a', '--horizontal-pod-autoscaler-sync-period=1s', '--leader-elect=false'],
    is: 'controller manager with default flags but --horizontal-pod-autoscaler-sync-period=1s --leader-elect=false',
  },
])('the flags of a control plane are told where they set $what', ({ args, is }) => {
  expect(describeFlags('kube-controller-manager', args)).toBe(is);
});
