import { describe, expect, test } from '@jest/globals';
import { type PlainObject, withoutHelm, withoutSecrets } from './plain.ts';

const object = (kind: string, metadata: object = {}): PlainObject => ({
  kind,
  metadata: { name: 'a', ...metadata },
});

describe('objects for those who install without Helm', () => {
  test('lose the labels that are true of Helm’s alone, also in pod templates', () => {
    const labels = {
      'app.kubernetes.io/name': 'operator',
      'app.kubernetes.io/managed-by': 'Helm',
      'helm.sh/chart': 'operator-0.1.0',
    };
    const [plain] = withoutHelm([
      { ...object('Deployment', { labels }), spec: { template: { metadata: { labels } } } },
    ]);
    const kept = { 'app.kubernetes.io/name': 'operator' };
    expect(plain).toEqual({
      kind: 'Deployment',
      metadata: { name: 'a', labels: kept },
      spec: { template: { metadata: { labels: kept } } },
    });
  });

  test('keep who manages them when that is not Helm', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'operator' };
    expect(withoutHelm([object('Pod', { labels })])).toEqual([object('Pod', { labels })]);
  });

  test('are no hooks any more, and none of them is a test', () => {
    const hook = (name: string) => ({
      annotations: { 'helm.sh/hook': name, 'helm.sh/hook-delete-policy': 'hook-succeeded' },
    });
    expect(
      withoutHelm([object('Job', hook('post-install,post-upgrade')), object('Pod', hook('test'))]),
    ).toEqual([object('Job')]);
  });

  test('hold no password', () => {
    expect(withoutSecrets([object('Secret'), object('Service')])).toEqual([object('Service')]);
  });
});
