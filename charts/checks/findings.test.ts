import { describe, expect, test } from '@jest/globals';
import { type Finding, findingsIn, parseAccepted, problemsIn } from './findings.ts';

const CPU: Finding = {
  chart: 'operator',
  object: 'Deployment/operator',
  check: 'container-resources',
  comment: 'operator: CPU limit is not set',
};
const ACCEPTED = [
  {
    check: 'container-resources',
    reason: 'A CPU limit throttles what has to react at once.',
    objects: { operator: ['Deployment/operator'] },
  },
];

describe('the accepted findings', () => {
  test('excuse exactly what they name', () => {
    expect(problemsIn([CPU], ACCEPTED)).toEqual([]);
    expect(problemsIn([CPU, { ...CPU, object: 'Deployment/other' }], ACCEPTED)).toEqual([
      'not accepted: container-resources of Deployment/other in operator (operator: CPU limit is not set)',
    ]);
    expect(problemsIn([CPU, { ...CPU, chart: 'stack' }], ACCEPTED)).toHaveLength(1);
  });

  test('must still occur', () => {
    expect(problemsIn([], ACCEPTED)).toEqual([
      'accepted, but not found any more: container-resources of Deployment/operator in operator',
    ]);
  });

  test('count once however many values files show them', () => {
    expect(problemsIn([CPU, CPU], [])).toHaveLength(1);
  });

  test('must have a reason', () => {
    expect(() => parseAccepted([{ check: 'x', objects: { a: ['b'] } }])).toThrow('reason');
  });
});

test('what kube-score skipped or has no fault with is no finding', () => {
  const check = (id: string, grade: number, skipped: boolean) => ({
    check: { id },
    grade,
    skipped,
    comments: [{ path: 'operator', summary: id }],
  });
  const output = [
    {
      type_meta: { kind: 'Deployment' },
      object_meta: { name: 'operator' },
      checks: [check('critical', 1, false), check('warning', 5, false), check('fine', 10, false)].concat(
        check('skipped', 1, true),
      ),
    },
  ];
  expect(findingsIn('operator', output).map((finding) => finding.check)).toEqual(['critical', 'warning']);
});
