import { expect, it } from '@jest/globals';
import { itsSets, withoutItsChains } from './leftOvers.ts';

it('only what kube-router made is taken away', () => {
  const saved = `*filter
:FORWARD ACCEPT [1:2]
:KUBE-FORWARD - [0:0]
:KUBE-ROUTER-FORWARD - [0:0]
:KUBE-POD-FW-2KMEA5 - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m comment --comment "kube-router netpol - TEM" -j KUBE-ROUTER-FORWARD
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-ROUTER-FORWARD -d 10.244.0.7/32 -j KUBE-POD-FW-2KMEA5
COMMIT
`;
  expect(withoutItsChains(saved)).toBe(`*filter
-D FORWARD -m comment --comment "kube-router netpol - TEM" -j KUBE-ROUTER-FORWARD
:KUBE-ROUTER-FORWARD - [0:0]
:KUBE-POD-FW-2KMEA5 - [0:0]
-X KUBE-ROUTER-FORWARD
-X KUBE-POD-FW-2KMEA5
COMMIT
`);
});

it('its sets are known by their names', () => {
  expect(itsSets('KUBE-SRC-6X4P\nKUBE-LOOP-BACK\nkube-router-node-ips\nKUBE-DST-BNR6\n')).toEqual([
    'KUBE-SRC-6X4P',
    'kube-router-node-ips',
    'KUBE-DST-BNR6',
  ]);
});
