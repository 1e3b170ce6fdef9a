/** Which rights an account has by its manifests, and which of them an audit log shows in use. */
import type { KubernetesObject } from '@kubernetes/client-node';

export interface Right {
  verb: string;
  group: string;
  /** With its subresource: `deployments/scale`. */
  resource: string;
  /** Left out: in every namespace, or of what has none. */
  namespace?: string;
  /** Left out: whatever its name. */
  name?: string;
}

/** A request that was answered. */
export interface Use extends Right {
  code: number;
}

interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
}

interface Role extends KubernetesObject {
  rules: Rule[];
}

interface Binding extends KubernetesObject {
  roleRef: { kind: string; name: string };
  subjects: { name: string; namespace?: string }[];
}

interface AuditEvent {
  stage: string;
  verb: string;
  user: { username: string };
  objectRef?: {
    apiGroup?: string;
    resource: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  responseStatus?: { code?: number };
}

/** What the bindings among these objects give to an account by roles that are among them, too. */
export function rightsOf(objects: KubernetesObject[], account: string): Right[] {
  const bindings = objects.filter(({ kind }) => kind?.endsWith('Binding')) as Binding[];
  return bindings
    .filter(({ subjects }) => subjects.some(({ name }) => name === account))
    .flatMap(({ metadata, roleRef }) => {
      const namespace = metadata?.namespace;
      const role = objects.find(
        (object) =>
          object.kind === roleRef.kind &&
          object.metadata?.name === roleRef.name &&
          (roleRef.kind === 'ClusterRole' || object.metadata.namespace === namespace),
      ) as Role | undefined;
      return (role?.rules ?? []).flatMap((rule) => expanded(rule, namespace));
    });
}

function expanded({ verbs, apiGroups, resources, resourceNames }: Rule, namespace?: string): Right[] {
  if ([...verbs, ...apiGroups, ...resources].some((word) => word.includes('*'))) {
    throw new Error('a right on everything cannot be shown in use');
  }
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        (resourceNames ?? [undefined]).map((name) => ({
          verb,
          group,
          resource,
          ...(namespace !== undefined && { namespace }),
          ...(name !== undefined && { name }),
        })),
      ),
    ),
  );
}

/** The requests of a user in lines of an audit log, without the unfinished last one. */
export function usesIn(lines: string, user: string): Use[] {
  return lines
    .slice(0, lines.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.includes(user))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.user.username === user)
    .flatMap(({ verb, objectRef, responseStatus }) => {
      if (!objectRef) return [];
      const { apiGroup = '', resource, subresource, namespace, name } = objectRef;
      const code = responseStatus?.code ?? 0;
      const use: Use = {
        verb,
        group: apiGroup,
        resource: subresource ? `${resource}/${subresource}` : resource,
        ...(namespace !== undefined && { namespace }),
        ...(name !== undefined && { name }),
        code,
      };
      // Server-side apply of what was not there needs both.
      return verb === 'patch' && code === 201 ? [use, { ...use, verb: 'create' }] : [use];
    });
}

/** Requests that the account had no right to. */
export const refused = (uses: Use[]): Use[] => uses.filter(({ code }) => code === 403);

/** Rights that no request needed. One that found nothing needed it, too. */
export function unused(rights: Right[], uses: Use[]): Right[] {
  const allowed = uses.filter(({ code }) => code !== 401 && code !== 403);
  return rights.filter((right) => !allowed.some((use) => needs(use, right)));
}

const needs = (use: Use, right: Right): boolean =>
  use.verb === right.verb &&
  use.group === right.group &&
  use.resource === right.resource &&
  (right.namespace === undefined || use.namespace === right.namespace) &&
  (right.name === undefined || use.name === right.name);

/** As a line of a failed test shows it. */
export const inWords = ({ verb, group, resource, namespace, name }: Right): string =>
  [verb, group && `${group}/`, resource, name, namespace && `in ${namespace}`]
    .filter(Boolean)
    .join(' ')
    .replace('/ ', '/');
