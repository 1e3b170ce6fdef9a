import { describe, expect, it } from '@jest/globals';
import {
  type FieldsOf,
  type Step,
  stepsIn,
  UNDONE_WITHIN_MS,
  undone,
  unwitnessed,
  type Writer,
  writerOf,
} from './steps.ts';

const owner = (manager: string, time: string, subresource = 'scale'): FieldsOf => ({
  manager,
  subresource,
  time,
  fieldsV1: { 'f:spec': { 'f:replicas': {} } },
});
const OPERATOR = 'fareruleworkerpool-operator';
const CONTROLLERS = 'kube-controller-manager';

describe('the writer of a step', () => {
  const template: FieldsOf = {
    manager: OPERATOR,
    time: '2026-01-01T00:00:09Z',
    fieldsV1: { 'f:spec': { 'f:template': {} } },
  };
  const status: FieldsOf = {
    manager: CONTROLLERS,
    subresource: 'status',
    time: '2026-01-01T00:00:09Z',
    fieldsV1: { 'f:status': { 'f:replicas': {} } },
  };
  it.each<[string, FieldsOf[], Writer]>([
    [
      'is the manager that owns the number',
      [template, status, owner(CONTROLLERS, '2026-01-01T00:00:01Z')],
      'autoscaler',
    ],
    ['may be the operator', [status, owner(OPERATOR, '2026-01-01T00:00:01Z')], 'operator'],
    [
      'is the later of two that wrote the same',
      [owner(OPERATOR, '2026-01-01T00:00:01Z'), owner(CONTROLLERS, '2026-01-01T00:00:02Z')],
      'autoscaler',
    ],
    ['may be a person', [owner('kubectl', '2026-01-01T00:00:01Z')], 'unknown: kubectl'],
    ['is not guessed', [template, status], 'unknown: nobody'],
  ])('%s', (_, managedFields, writer) => {
    expect(writerOf(managedFields)).toBe(writer);
  });
});

describe('steps', () => {
  it('are the changes of the number, not every sight of the object', () => {
    const sight = (at: number, replicas: number, manager: string) => ({
      at,
      replicas,
      managedFields: [owner(manager, '2026-01-01T00:00:01Z')],
    });
    expect(
      stepsIn([
        sight(1, 3, OPERATOR),
        sight(2, 3, OPERATOR),
        sight(3, 7, OPERATOR),
        sight(4, 5, CONTROLLERS),
      ]),
    ).toEqual([
      { at: 3, from: 3, to: 7, writer: 'operator' },
      { at: 4, from: 7, to: 5, writer: 'autoscaler' },
    ]);
  });
});

const step = (second: number, from: number, to: number, writer: Writer): Step => ({
  at: second * 1_000,
  from,
  to,
  writer,
});

describe('a step is undone', () => {
  const up = step(0, 3, 10, 'operator');
  it.each<[string, Step[], number]>([
    ['by the other writer’s way back', [up, step(9, 10, 3, 'autoscaler')], 1],
    ['by a part of the way back', [up, step(9, 10, 9, 'autoscaler')], 1],
    [
      'also where a step in the same direction comes between',
      [up, step(5, 10, 12, 'operator'), step(9, 12, 11, 'autoscaler')],
      2,
    ],
    ['on the way down, too', [step(0, 10, 3, 'autoscaler'), step(9, 3, 4, 'operator')], 1],
    ['not by its own writer', [step(0, 3, 10, 'autoscaler'), step(9, 10, 3, 'autoscaler')], 0],
    ['not by a step in the same direction', [up, step(9, 10, 12, 'autoscaler')], 0],
    ['not after a minute', [up, step(UNDONE_WITHIN_MS / 1_000, 10, 3, 'autoscaler')], 0],
    ['by a person', [up, step(9, 10, 3, 'unknown: kubectl')], 1],
  ])('%s', (_, steps, count) => {
    expect(undone(steps)).toHaveLength(count);
  });

  it('and it is told by which', () => {
    const down = step(9, 10, 3, 'autoscaler');
    expect(undone([up, down, step(20, 3, 2, 'autoscaler')])).toEqual([{ step: up, by: down }]);
  });
});

describe('the audit log', () => {
  const up = step(10, 3, 10, 'operator');
  it.each<[string, number, Writer, number]>([
    ['bears a step out with a write of the same writer just before', 9_900, 'operator', 0],
    ['does not with one of the other', 9_900, 'autoscaler', 1],
    ['does not with one long before', 1_000, 'operator', 1],
  ])('%s', (_, at, writer, missing) => {
    expect(unwitnessed([up], [{ at, writer }])).toHaveLength(missing);
  });
});
