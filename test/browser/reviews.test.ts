/** Who may review refunds on an engine that checks rights and that the chart's hook has prepared; in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { TOPIC } from '../engine/camunda.ts';
import { EngineClient, long, type Variables } from '../engine/client.ts';
import { runDeployHook } from '../engine/deployHook.ts';
import { asEnv, OwnEngines, SOON } from '../integration/ownEngines.ts';
import { payments, uniqueBooking } from '../integration/refundProcess.ts';
import { onPage, startChromium } from './chromium.ts';
import { approveReview, signIn, tasklistOf } from './tasklistPage.ts';

const ADMIN = { username: 'admin', password: 'secret-of-admin' };
const GROUPS = ['refund-agents', 'refund-managers', 'refund-operators'];
const FILTER = 'Manual reviews';

let engines: OwnEngines;
/** As the administrator. */
let engine: EngineClient;
let browser: Browser;

const startNode = (demoUsers: boolean) =>
  engines.startNode({
    basicAuth: ADMIN,
    env: asEnv({ ...SOON, 'camunda.bpm.authorization.enabled': true, 'refund.demo-users': demoUsers }),
  });
const baseURL = () => engines.where.engines[0] ?? '';
const hook = () => runDeployHook(baseURL(), ADMIN);
/** The engine as somebody else, whose password is his name. */
const as = (username: string) =>
  new EngineClient(baseURL(), { basicAuth: { username, password: username } }).http;

beforeAll(async () => {
  engines = await OwnEngines.open('reviews');
  await startNode(false);
  engine = new EngineClient(baseURL(), { basicAuth: ADMIN });
  browser = await startChromium();
}, 300_000); // installs Chromium where it is missing

afterAll(async () => {
  await browser?.close();
  await engines?.close();
}, 60_000);

/** As an administrator does in Admin. */
async function makeUser(id: string, ...groups: string[]): Promise<void> {
  const profile = { id, firstName: 'Test', lastName: id };
  await engine.http.post('/user/create', { profile, credentials: { password: id } });
  for (const group of groups) await engine.http.put(`/group/${group}/members/${id}`);
}

/** A refund that a person has to decide. */
async function review(variables: Variables = {}) {
  const bookingId = uniqueBooking();
  const ticket = { bookingId, ticketClass: 'Economy', daysUntilFlight: 12, purchaseDate: '2025-03-01' };
  const price = { ticketPriceMinor: long(20_000), currency: 'EUR' };
  const id = await engine.startRefund({ ...ticket, ...price, ...variables });
  const [task] = await engine.fetchAndLock(TOPIC, 'test-worker', { businessKey: bookingId });
  const decision = {
    fareRuleCheck: 'MANUAL',
    llmProvider: 'test',
    llmReasoning: 'because',
    apiErrorCount: 0,
  };
  await engine.completeExternalTask(task?.id ?? '', 'test-worker', decision);
  return { id, bookingId };
}

const filters = async () =>
  (await engine.http.get<{ id: string; query: object }[]>('/filter', { params: { name: FILTER } })).data;

/** What a group was granted, as `resource type:resource:permissions`. */
async function rightsOf(group: string): Promise<string[]> {
  type Grant = { id: string; resourceType: number; resourceId: string; permissions: string[] };
  const params = { groupIdIn: group };
  const { data } = await engine.http.get<Grant[]>('/authorization', { params });
  return data.map((right) => `${right.resourceType}:${right.resourceId}:${right.permissions}`).sort();
}

const mayOpenTasklist = async (username: string) => {
  const params = {
    permissionName: 'ACCESS',
    resourceName: 'application',
    resourceType: 0,
    resourceId: 'tasklist',
  };
  return (await as(username).get<{ authorized: boolean }>('/authorization/check', { params })).data
    .authorized;
};

describe('the hook', () => {
  test('makes groups, filter and grants once, also where it runs twice at the same time', async () => {
    await Promise.all([hook(), hook()]);
    const found = await filters();
    expect(found).toHaveLength(1);
    for (const group of GROUPS) {
      expect(await rightsOf(group)).toEqual([
        '0:tasklist:ACCESS',
        `2:${group}:READ`, // what the engine itself gives to each new group
        `5:${found[0]?.id}:READ`,
        '6:ticket-refund:READ',
      ]);
    }
  }, 60_000);

  test('changes nothing that a site has changed', async () => {
    const [filter] = await filters();
    const query = { processDefinitionKey: 'ticket-refund', active: true };
    const properties = { description: 'of the site' };
    await engine.http.put(`/filter/${filter?.id}`, { resourceType: 'Task', name: FILTER, query, properties });
    const group = { id: 'refund-operators', name: 'Tills', type: 'WORKFLOW' };
    await engine.http.put(`/group/${group.id}`, group);
    const params = { groupIdIn: group.id, resourceType: 0 };
    const { data } = await engine.http.get('/authorization', { params });
    const { id, ...grant } = data[0];
    await engine.http.put(`/authorization/${id}`, { ...grant, permissions: [] });

    const state = async () => [await filters(), await rightsOf(group.id)];
    const before = await state();
    await hook();
    expect(await state()).toEqual(before);
    expect(await filters()).toMatchObject([{ id: filter?.id, query, properties }]);
    expect(await rightsOf(group.id)).toContain('0:tasklist:');
    expect((await engine.http.get(`/group/${group.id}`)).data).toMatchObject(group);
  }, 60_000);
});

describe('with the rights that the hook gives', () => {
  test('an agent signs in to Tasklist, finds the review, claims and approves it, and it is paid once', async () => {
    await makeUser('reviewer', 'refund-agents');
    const { id, bookingId } = await review();
    const { id: taskId } = await engine.userTask(id, 'task_manual_review');
    await onPage(browser, 'reviews', async (page) => {
      await signIn(page, tasklistOf(baseURL()), 'reviewer');
      await page.locator('.tasks-list').getByText('Ticket refund').first().waitFor();
      await approveReview(page, FILTER);
    });
    expect(await engine.waitUntilEnded(id)).toBe('EndEvent_ReviewedRefund');
    const { data } = await engine.http.get('/history/task', { params: { taskId } });
    expect(data).toMatchObject([{ assignee: 'reviewer', deleteReason: 'completed' }]);
    expect(await payments(bookingId, engines.postgres.url)).toEqual([
      { method: 'GATEWAY', amount: '20000', currency: 'EUR' },
    ]);
  }, 90_000);

  test('an agent is shown no task of the managers, and cannot take one', async () => {
    const { id } = await review({ slaDuration: 'PT1S' });
    const escalation = await engine.userTask(id, 'task_manager_escalation');
    await makeUser('head', 'refund-managers');
    const [filter] = await filters();
    const listed = async (username: string) => (await as(username).get(`/filter/${filter?.id}/list`)).data;
    expect(await listed('reviewer')).toEqual([]);
    expect(await listed('head')).toMatchObject([{ id: escalation.id }]);
    const claim = as('reviewer').post(`/task/${escalation.id}/claim`, { userId: 'reviewer' });
    await expect(claim).rejects.toMatchObject({ response: { status: 403 } });
  }, 60_000);

  test('somebody in no group is not let into Tasklist', async () => {
    await makeUser('stranger');
    await onPage(browser, 'stranger', async (page) => {
      await signIn(page, tasklistOf(baseURL()), 'stranger');
      await page.getByText('missing access rights').waitFor();
    });
    expect((await as('stranger').get('/filter')).data).toEqual([]);
  }, 60_000);
});

test('a node that makes the demo’s users puts them into the groups that are there', async () => {
  await startNode(true);
  expect(await mayOpenTasklist('agent')).toBe(true);
  expect(await mayOpenTasklist('manager')).toBe(true);
  expect(await mayOpenTasklist('stranger')).toBe(false);
}, 180_000);
