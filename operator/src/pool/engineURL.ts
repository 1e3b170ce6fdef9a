/** What the URL of an engine means in the namespace of its pool, where the workers resolve the names in it. Pure. */

/** The same URL, written in one way. */
export function normalURL(url: string): string {
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '');
}

/** The same for all pools that mean the same: a name without a dot is that of a Service beside the pool. */
export function engineURL(url: string, namespace: string): string {
  const normal = normalURL(url);
  if (labels(normal) !== 1) return normal;
  const full = new URL(normal);
  full.hostname = `${full.hostname}.${namespace}.svc`;
  return normalURL(full.href);
}

/** Whether the name can be another one's in another namespace: `SERVICE`, or `POD.SERVICE` where `SERVICE.NAMESPACE` is not. */
export function dependsOnNamespace(url: string): boolean {
  const count = labels(url);
  return count === 1 || count === 2;
}

/** Of the host's name; undefined where it is an address, or means the same everywhere. */
function labels(url: string): number | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  const everywhere =
    hostname === '' || hostname === 'localhost' || hostname.endsWith('.') || hostname.startsWith('[');
  return everywhere ? undefined : hostname.split('.').length;
}
