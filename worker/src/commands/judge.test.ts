import { expect, test } from '@jest/globals';
import { CLAIMED_BY, judge, type ReviewFacts } from './judge.ts';

const facts: ReviewFacts = {
  assignee: null,
  llmError: 'CONNECTION: the LLM API could not be reached',
  analysisActivity: 'task_check_fare_rules',
  handledByPerson: false,
};

test('a review that came from an outage and that nobody has touched is returned', () => {
  const yes = { return: true, code: 'CONNECTION', analysisActivity: 'task_check_fare_rules' };
  expect(judge(facts)).toEqual(yes);
  expect(judge({ ...facts, assignee: CLAIMED_BY })).toEqual(yes);
});

test.each<[string, Partial<ReviewFacts>, string]>([
  ['a review that a person has claimed', { assignee: 'anna' }, 'claimed'],
  ['a ticket that was not valid', { llmError: 'INVALID_VARIABLES: x' }, 'not a passing failure'],
  ['a ticket that the model refused', { llmError: 'REFUSED: x' }, 'not a passing failure'],
  ['a decision of the model', { llmError: undefined }, 'not a passing failure'],
  ['a review of another pool', { analysisActivity: undefined }, 'of another topic'],
  ['what a person has decided before', { handledByPerson: true }, 'a person has decided'],
])('%s stays', (_what, change, because) => {
  expect(judge({ ...facts, ...change })).toEqual({ return: false, because });
});
