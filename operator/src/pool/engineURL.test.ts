import { describe, expect, it } from '@jest/globals';
import { dependsOnNamespace, engineURL } from './engineURL.ts';

describe('the URL of an engine, in a pool of the namespace refunds,', () => {
  it.each([
    ['http://camunda-platform:8080/engine-rest', 'http://camunda-platform.refunds.svc:8080/engine-rest'],
    ['HTTPS://Camunda/engine-rest/', 'https://camunda.refunds.svc/engine-rest'],
    ['http://camunda.engines:8080/engine-rest', 'http://camunda.engines:8080/engine-rest'],
    ['http://camunda.refunds.svc:8080/engine-rest', 'http://camunda.refunds.svc:8080/engine-rest'],
    ['http://localhost:8080/engine-rest', 'http://localhost:8080/engine-rest'],
    ['http://camunda.:8080/engine-rest', 'http://camunda.:8080/engine-rest'],
    ['http://10.0.0.7:8080/engine-rest', 'http://10.0.0.7:8080/engine-rest'],
    ['http://[fd00::7]:8080/engine-rest', 'http://[fd00::7]:8080/engine-rest'],
    ['no URL', 'no URL'],
  ])('%s means %s', (url, full) => {
    expect(engineURL(url, 'refunds')).toBe(full);
  });

  it.each([
    ['http://camunda/', true],
    ['http://node-0.camunda/', true],
    ['http://camunda.refunds.svc/', false],
    ['http://localhost/', false],
    ['http://10.0.0.7/', false],
    ['http://[fd00::7]/', false],
  ])('%s can be another one elsewhere: %s', (url, expected) => {
    expect(dependsOnNamespace(url)).toBe(expected);
  });
});
