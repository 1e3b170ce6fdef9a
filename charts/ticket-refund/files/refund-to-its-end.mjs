/**
 * `helm test`: one refund from its start to an end event, decided by a worker of the pool. Its ticket has the price 0,
 * so that nothing is paid; where the model wants a person to decide, this refuses in the person's place.
 */
import { randomUUID } from 'node:crypto';
import { engine } from './engine.mjs';
import { waitFor } from './wait.mjs';

const SECONDS = 240;
const bookingId = `helm-test-${randomUUID()}`;
const value = (entry, type) => ({ value: entry, type });
const { id } = await engine('/process-definition/key/ticket-refund/start', {
  businessKey: bookingId,
  variables: {
    bookingId: value(bookingId, 'String'),
    ticketClass: value('First', 'String'),
    daysUntilFlight: value(30, 'Integer'),
    purchaseDate: value('2025-03-01', 'String'),
    fareRulesText: value('Fully refundable at any time without charge.', 'String'),
    ticketPriceMinor: value(0, 'Long'),
    currency: value('EUR', 'String'),
  },
});
console.log(`started refund ${id}`);

const ended = await waitFor('the refund to end', SECONDS, async () => {
  const instance = await engine(`/history/process-instance/${id}`);
  if (instance.endTime) return instance;
  for (const task of await engine(`/task?processInstanceId=${id}`)) {
    console.log(`a person is asked (${task.taskDefinitionKey}): refusing`);
    await engine(`/task/${task.id}/complete`, { variables: { approved: value(false, 'Boolean') } });
  }
  const activities = await engine(`/history/activity-instance?processInstanceId=${id}&unfinished=true`);
  throw new Error(`it waits in ${activities.map(({ activityId }) => activityId).join(', ')}`);
});
if (ended.state !== 'COMPLETED') throw new Error(`the refund ended as ${ended.state}`);
const variables = await engine(`/history/variable-instance?processInstanceId=${id}`);
const of = (name) => variables.find((variable) => variable.name === name)?.value;
if (!of('fareRuleCheck')) throw new Error('no worker has decided');
const ends = await engine(`/history/activity-instance?processInstanceId=${id}&activityType=noneEndEvent`);
console.log(`decided ${of('fareRuleCheck')} by ${of('llmProvider')}; ended in ${ends.at(-1)?.activityId}`);
