import { describe, expect, it } from '@jest/globals';
import { grantCommand } from './grant.ts';

const grant = { namespace: 'airline', pool: 'refunds', secrets: ['openai'], operator: undefined };

describe('the command that lets the operator read', () => {
  it.each<[string, Partial<Parameters<typeof grantCommand>[0]>, string]>([
    [
      'names each Secret of the pool',
      { secrets: ['openai', 'camunda'] },
      '--resource-name=openai --resource-name=camunda ',
    ],
    ['asks for the verbs of a watch by name, not for get', {}, '--verb=list,watch --resource=secrets '],
    [
      'binds the ServiceAccount that was refused',
      { operator: 'system:serviceaccount:fareruleworkerpool-system:op' },
      '--serviceaccount=fareruleworkerpool-system:op ',
    ],
    ['binds a person who runs it on his own machine', { operator: 'jo' }, "--user='jo' "],
    ['quotes a name for the shell', { operator: "o'brien" }, "--user='o'\\''brien' "],
    ['leaves a place for a name that is not known', {}, '--serviceaccount=OPERATOR_NAMESPACE:'],
  ])('%s', (_, change, expected) => {
    expect(grantCommand({ ...grant, ...change })).toContain(expected);
  });

  it('writes over what a former pool of this name was granted', () => {
    expect(grantCommand(grant).match(/--dry-run=client -o yaml \| kubectl apply -f -/g)).toHaveLength(2);
  });
});
