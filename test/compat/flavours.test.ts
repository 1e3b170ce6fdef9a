import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { adapted, belongs, type Flavour } from './flavours.ts';

const ENGINE = join(import.meta.dirname, '../engine');
const file = (path: string, flavour: Flavour) =>
  adapted(path, readFileSync(join(ENGINE, path), 'utf8'), flavour);
const older: Flavour = { name: 'Camunda', version: '7.1.2', springBoot: '2.3.4' };
const fork: Flavour = { ...older, name: 'Fork', brand: 'fork' };

describe('the sample application for another engine', () => {
  it('takes its version and its Spring Boot', () => {
    const pom = file('pom.xml', older);
    expect(pom).toContain('<camunda.version>7.1.2</camunda.version>');
    expect(pom).toMatch(/spring-boot-starter-parent<\/artifactId>\s*<version>2\.3\.4</);
  });

  it('takes its names where it is a fork', () => {
    expect(file('pom.xml', fork)).toContain('<groupId>org.fork.bpm.springboot</groupId>');
    expect(file('pom.xml', fork)).toContain('<artifactId>fork-bpm-spring-boot-starter-rest</artifactId>');
    expect(file('src/main/resources/application.yaml', fork)).toMatch(/^fork\.bpm:/m);
    const java = file('src/main/java/dev/farerules/engine/setup/RestBasicAuth.java', fork);
    expect(java).toContain('import org.fork.bpm.engine.rest');
    expect(java).not.toContain('camunda');
  });

  it('goes without LDAP on a fork, and keeps what else it depends on', () => {
    expect(file('pom.xml', older)).toContain('camunda-identity-ldap');
    expect(file('pom.xml', fork)).not.toContain('identity-ldap');
    expect(file('pom.xml', fork)).toContain('<artifactId>fork-bpm-spring-boot-starter-webapp</artifactId>');
    expect(belongs('src/main/java/dev/farerules/engine/setup/LdapDirectory.java', fork)).toBe(false);
  });
});
