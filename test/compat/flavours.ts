/** Engines of the same API as Camunda 7.24's: how the sample application is changed to run on each. */

export interface Flavour {
  name: string;
  version: string;
  /** What the engine is made for, or the nearest release of it. */
  springBoot: string;
  /** Version of its part for LDAP, where that is another one. */
  ldap?: string;
  /** Prefix of Java packages, Maven groups and Spring properties in the place of `camunda`. */
  brand?: string;
}

export const FLAVOURS: readonly Flavour[] = [
  { name: 'Camunda', version: '7.19.0', springBoot: '2.7.18' },
  { name: 'Camunda', version: '7.23.0', springBoot: '3.4.4' },
  { name: 'Camunda', version: '7.24.0', springBoot: '3.5.6', ldap: '7.23.0' },
  { name: 'Operaton', version: '1.0.3', springBoot: '3.5.6', brand: 'operaton' },
];

const LDAP =
  /<dependency>(?:(?!<\/dependency>)[\s\S])*<artifactId>camunda-identity-ldap<[\s\S]*?<\/dependency>/;

/** Whether a file belongs to the application on this engine: a fork goes without LDAP, which it has elsewhere. */
export const belongs = (path: string, { brand }: Flavour): boolean =>
  !(brand && path.endsWith('LdapDirectory.java'));

/** The text of a file of test/engine, for this engine. The process keeps Camunda's namespace, which all read. */
export function adapted(
  path: string,
  text: string,
  { version, springBoot, brand, ldap = version }: Flavour,
): string {
  let changed = text;
  if (path.endsWith('pom.xml')) {
    changed = changed
      .replace(/(<artifactId>spring-boot-starter-parent<\/artifactId>\s*<version>)[^<]+/, `$1${springBoot}`)
      .replace(/(<camunda\.version>)[^<]+/, `$1${version}`)
      .replace(/(<camunda\.ldap\.version>)[^<]+/, `$1${ldap}`);
    if (brand) changed = changed.replace(LDAP, '');
  }
  // Spring Boot 3.5 has a shorter name for what all have.
  if (path.endsWith('.java'))
    changed = changed.replaceAll('ConditionalOnBooleanProperty', 'ConditionalOnProperty');
  if (brand === undefined) return changed;
  return changed
    .replaceAll('org.camunda.bpm', `org.${brand}.bpm`)
    .replaceAll('camunda-bpm-', `${brand}-bpm-`)
    .replaceAll(/^camunda\.bpm:/gm, `${brand}.bpm:`);
}
