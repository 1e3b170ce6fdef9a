import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { folderOf } from './checks/charts.ts';

const FILES = join(folderOf('ticket-refund'), 'files');
const MODEL = readFileSync(join(FILES, 'ticket-refund.bpmn'), 'utf8');

type Right = { resourceType: number; resourceId: string; permissions: string[] };

let groupsOf: (model: string) => string[];
let groupOf: (id: string) => { id: string; name: string; type: string };
let rightsOf: (filterId: string, processKey: string) => Right[];
let once: (isDone: () => Promise<boolean>, make: () => Promise<void>) => Promise<boolean>;

beforeAll(async () => {
  // Files of the chart, which its hook runs as they are.
  ({ groupsOf, groupOf, rightsOf } = await import(pathToFileURL(join(FILES, 'reviews.mjs')).href));
  ({ once } = await import(pathToFileURL(join(FILES, 'once.mjs')).href));
});

describe('those who review', () => {
  test('are the groups of the process’ user tasks, of every one of them', () => {
    expect(groupsOf(MODEL).sort()).toEqual(['refund-agents', 'refund-managers', 'refund-operators']);
    expect(MODEL.match(/<bpmn:userTask /g)).toHaveLength(3);
  });

  test.each<[string, string[]]>([
    [
      '<userTask camunda:candidateGroups="a,b" /><userTask camunda:candidateGroups="b, c" />',
      ['a', 'b', 'c'],
    ],
    ['<userTask camunda:assignee="somebody" />', []],
  ])('are each named once: %s', (model, groups) => {
    expect(groupsOf(model)).toEqual(groups);
  });

  test('have a name that can be read', () => {
    expect(groupOf('refund-agents')).toEqual({
      id: 'refund-agents',
      name: 'Refund agents',
      type: 'WORKFLOW',
    });
  });

  test('may open Tasklist, and see the filter and the process: nothing of instances, users or other processes', () => {
    expect(rightsOf('filter-1', 'ticket-refund')).toEqual([
      { resourceType: 0, resourceId: 'tasklist', permissions: ['ACCESS'] },
      { resourceType: 5, resourceId: 'filter-1', permissions: ['READ'] },
      { resourceType: 6, resourceId: 'ticket-refund', permissions: ['READ'] },
    ]);
  });
});

describe('what the hook makes once', () => {
  const refuse = () => Promise.reject(new Error('HTTP 500'));

  test('is left alone where it is there', async () => {
    expect(await once(async () => true, refuse)).toBe(false);
  });

  test('is made where it is missing', async () => {
    const made: string[] = [];
    const make = async () => {
      made.push('group');
    };
    expect(await once(async () => made.length > 0, make)).toBe(true);
    expect(made).toEqual(['group']);
  });

  test('is taken as it is from another hook that was faster, and a refusal is no such thing', async () => {
    const answers = [false, true];
    expect(await once(async () => answers.shift() ?? true, refuse)).toBe(false);
    await expect(once(async () => false, refuse)).rejects.toThrow('HTTP 500');
  });
});
