import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import { inWords, type Right, refused, rightsOf, unused, usesIn } from './rights.ts';

const USER = 'system:serviceaccount:system:operator';
const rule = (verbs: string[], resources: string[], resourceNames?: string[]) => ({
  apiGroups: ['apps'],
  resources,
  verbs,
  ...(resourceNames && { resourceNames }),
});
const role = (kind: string, name: string, rules: object[], namespace?: string) =>
  ({ kind, metadata: { name, ...(namespace && { namespace }) }, rules }) as KubernetesObject;
const binding = (kind: string, roleKind: string, name: string, namespace?: string, subject = 'operator') =>
  ({
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    roleRef: { kind: roleKind, name },
    subjects: [{ name: subject }],
  }) as KubernetesObject;
const rightsWords = (...objects: KubernetesObject[]) => rightsOf(objects, 'operator').map(inWords);

describe('rights of an account', () => {
  it('are one for each verb and resource', () => {
    expect(
      rightsWords(
        role('ClusterRole', 'a', [rule(['get', 'list'], ['deployments', 'deployments/scale'])]),
        binding('ClusterRoleBinding', 'ClusterRole', 'a'),
      ),
    ).toEqual([
      'get apps/deployments',
      'get apps/deployments/scale',
      'list apps/deployments',
      'list apps/deployments/scale',
    ]);
  });

  it.each<[string, KubernetesObject[], string[]]>([
    [
      'those of a ClusterRole in the namespace that it is bound in',
      [role('ClusterRole', 'a', [rule(['get'], ['x'])]), binding('RoleBinding', 'ClusterRole', 'a', 'pools')],
      ['get apps/x in pools'],
    ],
    [
      'those of the Role in the binding’s namespace',
      [
        role('Role', 'a', [rule(['get'], ['x'])], 'system'),
        role('Role', 'a', [rule(['get'], ['y'])], 'other'),
        binding('RoleBinding', 'Role', 'a', 'system'),
      ],
      ['get apps/x in system'],
    ],
    [
      'those on one object',
      [
        role('ClusterRole', 'a', [rule(['get'], ['x'], ['n'])]),
        binding('ClusterRoleBinding', 'ClusterRole', 'a'),
      ],
      ['get apps/x n'],
    ],
    [
      'none of somebody else’s',
      [
        role('ClusterRole', 'a', [rule(['get'], ['x'])]),
        binding('ClusterRoleBinding', 'ClusterRole', 'a', undefined, 'somebody'),
      ],
      [],
    ],
  ])('are %s', (_, objects, rights) => {
    expect(rightsWords(...objects)).toEqual(rights);
  });
});

const line = (verb: string, resource: string, code = 200, change: object = {}) =>
  `${JSON.stringify({
    stage: 'ResponseComplete',
    verb,
    user: { username: USER },
    objectRef: { apiGroup: 'apps', resource, namespace: 'pools', name: 'n' },
    responseStatus: { code },
    ...change,
  })}\n`;

describe('a right', () => {
  const get: Right = { verb: 'get', group: 'apps', resource: 'deployments', namespace: 'pools' };
  const create: Right = { ...get, verb: 'create' };
  const scale: Right = { ...get, verb: 'patch', resource: 'deployments/scale' };

  it.each<[string, Right, string]>([
    ['by a request', get, line('get', 'deployments')],
    ['by a request that found nothing', get, line('get', 'deployments', 404)],
    ['by applying what was not there', create, line('patch', 'deployments', 201)],
    [
      'on a subresource',
      scale,
      line('patch', '', 200, {
        objectRef: { apiGroup: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'pools' },
      }),
    ],
    ['on one object', { ...get, name: 'n' }, line('get', 'deployments')],
    [
      'by a watch that began',
      { ...get, verb: 'watch' },
      line('watch', 'deployments', 200, { stage: 'ResponseStarted' }),
    ],
  ])('is used %s', (_, right, lines) => {
    expect(unused([right], usesIn(lines, USER))).toEqual([]);
  });

  it.each<[string, Right, string]>([
    ['by another verb', get, line('list', 'deployments')],
    ['by applying what was there', create, line('patch', 'deployments')],
    ['on another object', { ...get, name: 'm' }, line('get', 'deployments')],
    ['in another namespace', { ...get, namespace: 'other' }, line('get', 'deployments')],
    ['on the object by its subresource', { ...get, verb: 'patch' }, line('patch', 'deployments/scale')],
    ['by a request that was refused', get, line('get', 'deployments', 403)],
    ['by somebody else', get, line('get', 'deployments', 200, { user: { username: `${USER}-2` } })],
    ['by a line that is still written', get, line('get', 'deployments').trimEnd()],
  ])('is not used %s', (_, right, lines) => {
    expect(unused([right], usesIn(lines, USER))).toEqual([right]);
  });

  it('is missing when a request is refused', () => {
    const uses = usesIn(line('get', 'deployments', 403) + line('get', 'pods', 404), USER);
    expect(refused(uses).map(inWords)).toEqual(['get apps/deployments n in pools']);
  });
});
