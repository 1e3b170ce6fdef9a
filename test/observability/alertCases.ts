/**
 * When each alert fires and when not. Series are told each minute from 0 on; `minutes` says when it is looked.
 * `1x20` is twenty more of the same, `stale` that the series ended, as it does when its process has gone.
 */
import type { Series } from './promtool.ts';

interface Case {
  alert: string;
  /** The title, read after the alert's name. */
  when: string;
  series: Series;
  minutes: number;
  /** Labels of what fires. */
  firing: Record<string, string>[];
}

const P = 'namespace="refunds",pool="llm-worker"';
const POOL = { namespace: 'refunds', pool: 'llm-worker' };
const E = 'engine="http://e/engine-rest",process="ticket-refund"';
const PROCESS = { engine: 'http://e/engine-rest', process: 'ticket-refund' };
const T = 'engine="http://e/engine-rest",topic="analyze-fare-rules"';
const TOPIC = { engine: 'http://e/engine-rest', topic: 'analyze-fare-rules' };
/** Told by one process, which may go. */
const by = (instance: string, metric: string, labels: string) =>
  `${metric}{${labels},instance="${instance}"}`;

const calls = (pod: string) => by(pod, 'llm_worker_openai_api_calls_total', P);
const errors = (pod: string, code: string) =>
  by(pod, 'llm_worker_openai_api_errors_total', `${P},code="${code}"`);
const pending = by('o1', 'camunda_external_tasks_pending', T);
const waiting = by('o1', 'fareruleworkerpool_pending_tasks', P);
const completed = (pod: string) =>
  by(pod, 'llm_worker_task_settlements_total', `${P},settlement="completed"`);
const condition = (operator: string, type: string, status: string, reason: string) =>
  by(operator, 'fareruleworkerpool_condition', `${P},type="${type}",status="${status}",reason="${reason}"`);
const engine = (operator: string, status: string) =>
  condition(operator, 'EngineReachable', status, status === 'True' ? 'Counted' : 'CountFailed');
const leader = (operator: string) =>
  by(operator, 'fareruleworkerpool_leader', 'namespace="fareruleworkerpool-system"');
const OPERATOR = { namespace: 'fareruleworkerpool-system' };
const saved = (operator: string) =>
  by(operator, 'fareruleworkerpool_exporter_saved_seconds', 'namespace="fareruleworkerpool-system"');
const served = (operator: string) =>
  by(operator, 'fareruleworkerpool_metrics_api_served', 'namespace="fareruleworkerpool-system"');
const SYSTEM = { namespace: 'fareruleworkerpool-system' };
const money = (metric: string, period: string) => by('o1', metric, `${P},period="${period}"`);
const breaches = (operator: string) => by(operator, 'sla_breaches_total', E);
const incidents = by('o1', 'camunda_incidents_open', E);
const up = (operator: string) => by(operator, 'fareruleworkerpool_exporter_up', E);

export const CASES: Case[] = [
  {
    alert: 'HighErrorRate',
    when: 'fires when more than a tenth of the calls fail, over all pods and reasons',
    series: {
      [calls('a')]: '0+60x20',
      [calls('b')]: '0+40x20',
      [errors('a', 'TIMEOUT')]: '0+8x20',
      [errors('b', 'SERVER_ERROR')]: '0+8x20',
    },
    minutes: 12,
    firing: [POOL],
  },
  {
    alert: 'HighErrorRate',
    when: 'does not fire for many errors among very many calls, which the rate alone would call an alarm',
    series: { [calls('a')]: '0+6000x20', [errors('a', 'RATE_LIMITED')]: '0+300x20' },
    minutes: 15,
    firing: [],
  },
  {
    alert: 'HighErrorRate',
    when: 'waits for five minutes',
    series: { [calls('a')]: '0+60x5 360+60x20', [errors('a', 'TIMEOUT')]: '0x5 30+30x20' },
    minutes: 9,
    firing: [],
  },
  {
    alert: 'HighErrorRate',
    when: 'does not count calls that were ended because their task had gone',
    series: { [calls('a')]: '0+60x20', [errors('a', 'CANCELLED')]: '0+30x20' },
    minutes: 15,
    firing: [],
  },
  {
    alert: 'HighErrorRate',
    when: 'does not judge by one or two calls',
    series: { [calls('a')]: '0+0.2x30', [errors('a', 'TIMEOUT')]: '0+0.2x30' },
    minutes: 20,
    firing: [],
  },
  {
    alert: 'HighErrorRate',
    when: 'judges each pool by itself',
    series: {
      [calls('a')]: '0+600x20',
      [errors('a', 'TIMEOUT')]: '0x20',
      [by('b', 'llm_worker_openai_api_calls_total', 'namespace="other",pool="p"')]: '0+10x20',
      [by('b', 'llm_worker_openai_api_errors_total', 'namespace="other",pool="p",code="TIMEOUT"')]: '0+10x20',
    },
    minutes: 15,
    firing: [{ namespace: 'other', pool: 'p' }],
  },
  {
    alert: 'TaskQueueBacklog',
    when: 'fires after ten minutes with more than a hundred tasks',
    series: { [pending]: '101x20' },
    minutes: 11,
    firing: [TOPIC],
  },
  {
    alert: 'TaskQueueBacklog',
    when: 'does not fire before ten minutes are over',
    series: { [pending]: '5000x20' },
    minutes: 9,
    firing: [],
  },
  {
    alert: 'TaskQueueBacklog',
    when: 'does not fire at a hundred',
    series: { [pending]: '100x20' },
    minutes: 19,
    firing: [],
  },
  {
    alert: 'TaskQueueBacklog',
    when: 'begins anew after a moment without a backlog',
    series: { [pending]: '500x6 0 500x20' },
    minutes: 14,
    firing: [],
  },
  {
    alert: 'TaskQueueBacklog',
    when: 'goes on firing while the engine cannot be counted for a moment',
    series: { [pending]: '500x11 stale _x10' },
    minutes: 15,
    firing: [TOPIC],
  },
  {
    alert: 'SLABreachSpike',
    when: 'fires when more than ten reviews are late within an hour',
    series: { [breaches('o1')]: '100x60 101+1x10' },
    minutes: 71,
    firing: [PROCESS],
  },
  {
    alert: 'SLABreachSpike',
    when: 'goes on firing while no leader tells anything',
    series: { [breaches('o1')]: '100x40 101+1x20 stale' },
    minutes: 75,
    firing: [PROCESS],
  },
  {
    alert: 'SLABreachSpike',
    when: 'does not fire for the same number over several hours',
    series: { [breaches('o1')]: '0+0.1x200' },
    minutes: 190,
    firing: [],
  },
  {
    alert: 'SLABreachSpike',
    when: 'does not take the totals of a new leader for news',
    series: { [breaches('o1')]: '500x60 stale', [breaches('o2')]: '_x61 500x60' },
    minutes: 100,
    firing: [],
  },
  {
    alert: 'SLABreachSpike',
    when: 'adds what was counted before and after a change of the leader',
    series: { [breaches('o1')]: '0+1x8 stale', [breaches('o2')]: '_x10 8+1x8' },
    minutes: 18,
    firing: [PROCESS],
  },
  {
    alert: 'SLABreachSpike',
    when: 'counts once what two leaders tell by turns',
    series: {
      [breaches('o1')]: '100+1x4 stale _x10 108x20',
      [breaches('o2')]: '_x6 104+1x4 stale',
    },
    minutes: 30,
    firing: [],
  },
  {
    alert: 'SLABreachSpike',
    when: 'counts what was late while no leader told anything',
    series: { [breaches('o1')]: '100x10 stale', [breaches('o2')]: '_x14 112x20' },
    minutes: 30,
    firing: [PROCESS],
  },
  {
    alert: 'EngineUnreachable',
    when: 'fires after two minutes without a count',
    series: { [engine('o1', 'True')]: '1x3 stale', [engine('o1', 'False')]: '_x4 1x10' },
    minutes: 7,
    firing: [POOL],
  },
  {
    alert: 'EngineUnreachable',
    when: 'does not fire for a shorter time',
    series: {
      [engine('o1', 'True')]: '1x3 stale 1x10',
      [engine('o1', 'False')]: '_x4 1 stale',
    },
    minutes: 10,
    firing: [],
  },
  {
    alert: 'EngineUnreachable',
    when: 'fires when a new pool never got a count',
    series: { [condition('o1', 'EngineReachable', 'Unknown', 'NotAskedYet')]: '1x10' },
    minutes: 3,
    firing: [POOL],
  },
  {
    alert: 'EngineUnreachable',
    when: 'goes on firing while no leader tells anything',
    series: { [engine('o1', 'False')]: '1x5 stale' },
    minutes: 9,
    firing: [POOL],
  },
  {
    alert: 'EngineUnreachable',
    when: 'goes on firing when the next leader finds the same',
    series: { [engine('o1', 'False')]: '1x5 stale', [engine('o2', 'False')]: '_x7 1x10' },
    minutes: 16,
    firing: [POOL],
  },
  {
    alert: 'EngineUnreachable',
    when: 'ends at once when the next leader counts',
    series: { [engine('o1', 'False')]: '1x5 stale', [engine('o2', 'True')]: '_x7 1x10' },
    minutes: 8,
    firing: [],
  },
  {
    alert: 'QuotaExhausted',
    when: 'fires when the account of a key has no quota left',
    series: { [condition('o1', 'CredentialsReady', 'False', 'LLMQuotaExhausted')]: '1x10' },
    minutes: 2,
    firing: [POOL],
  },
  {
    alert: 'QuotaExhausted',
    when: 'does not fire for a Secret that is missing',
    series: { [condition('o1', 'CredentialsReady', 'False', 'SecretNotFound')]: '1x10' },
    minutes: 5,
    firing: [],
  },
  {
    alert: 'QuotaExhausted',
    when: 'goes on firing while no leader tells anything',
    series: { [condition('o1', 'CredentialsReady', 'False', 'LLMQuotaExhausted')]: '1x5 stale' },
    minutes: 9,
    firing: [POOL],
  },
  {
    alert: 'QuotaExhausted',
    when: 'ends when a call was answered again',
    series: {
      [condition('o1', 'CredentialsReady', 'False', 'LLMQuotaExhausted')]: '1x5 stale',
      [condition('o1', 'CredentialsReady', 'True', 'CredentialsFound')]: '_x6 1x10',
    },
    minutes: 7,
    firing: [],
  },
  {
    alert: 'BudgetSpent',
    when: 'fires for the period whose money is spent',
    series: {
      [money('fareruleworkerpool_spent_usd', 'hour')]: '1.5x10',
      [money('fareruleworkerpool_spent_usd', 'day')]: '5x10',
      [money('fareruleworkerpool_budget_usd', 'hour')]: '2x10',
      [money('fareruleworkerpool_budget_usd', 'day')]: '5x10',
    },
    minutes: 1,
    firing: [{ ...POOL, period: 'day' }],
  },
  {
    alert: 'BudgetSpent',
    when: 'does not fire without a limit',
    series: { [money('fareruleworkerpool_spent_usd', 'day')]: '5000x10' },
    minutes: 5,
    firing: [],
  },
  {
    alert: 'BudgetSpent',
    when: 'ends with the hour',
    series: {
      [money('fareruleworkerpool_spent_usd', 'hour')]: '2x5 0x10',
      [money('fareruleworkerpool_budget_usd', 'hour')]: '2x20',
    },
    minutes: 7,
    firing: [],
  },
  {
    alert: 'NoLeader',
    when: 'fires when operators run and none leads',
    series: { [leader('o1')]: '0x10', [leader('o2')]: '0x10' },
    minutes: 2,
    firing: [SYSTEM],
  },
  {
    alert: 'NoLeader',
    when: 'fires when no operator tells anything',
    series: { [leader('o1')]: '1x3 stale', [leader('o2')]: '0x3 stale' },
    minutes: 6,
    firing: [{}],
  },
  {
    alert: 'NoLeader',
    when: 'fires when there was never an operator',
    series: { up: '1x10' },
    minutes: 2,
    firing: [{}],
  },
  {
    alert: 'NoLeader',
    when: 'does not fire while one of several leads',
    series: { [leader('o1')]: '0x10', [leader('o2')]: '1x10' },
    minutes: 9,
    firing: [],
  },
  {
    alert: 'NoLeader',
    when: 'does not fire while the lead changes hands',
    series: { [leader('o1')]: '1x3 stale', [leader('o2')]: '0x3 1x10' },
    minutes: 5,
    firing: [],
  },
  {
    alert: 'MetricsApiNotServed',
    when: 'fires when the API server does not reach it for five minutes',
    series: { [served('o1')]: '1x3 0x10' },
    minutes: 10,
    firing: [SYSTEM],
  },
  {
    alert: 'MetricsApiNotServed',
    when: 'does not fire for a shorter time',
    series: { [served('o1')]: '1x3 0x3 1x10' },
    minutes: 10,
    firing: [],
  },
  {
    alert: 'MetricsApiNotServed',
    when: 'does not fire where another provider serves it',
    series: { [leader('o1')]: '1x20' },
    minutes: 15,
    firing: [],
  },
  {
    alert: 'MetricsApiNotServed',
    when: 'goes on firing over a change of the leader',
    series: { [served('o1')]: '0x6 stale', [served('o2')]: '_x9 0x10' },
    minutes: 12,
    firing: [SYSTEM],
  },
  {
    alert: 'StuckTasks',
    when: 'fires when tasks wait and no worker completes any',
    series: { [waiting]: '3x40', [completed('a')]: '0+1x10 10x30' },
    minutes: 33,
    firing: [POOL],
  },
  {
    alert: 'StuckTasks',
    when: 'fires when there are no workers at all',
    series: { [waiting]: '3x40' },
    minutes: 12,
    firing: [POOL],
  },
  {
    alert: 'StuckTasks',
    when: 'does not fire while tasks are completed, however many wait',
    series: { [waiting]: '5000x40', [completed('a')]: '0+1x40' },
    minutes: 35,
    firing: [],
  },
  {
    alert: 'StuckTasks',
    when: 'does not fire when nothing waits',
    series: { [waiting]: '0x40', [completed('a')]: '7x40' },
    minutes: 35,
    firing: [],
  },
  {
    alert: 'StuckTasks',
    when: 'goes on firing while the engine cannot be counted for a moment',
    series: { [waiting]: '3x12 stale', [completed('a')]: '7x40' },
    minutes: 16,
    firing: [POOL],
  },
  {
    alert: 'StuckTasks',
    when: 'leaves a pool that stopped for its budget to BudgetSpent',
    series: { [waiting]: '3x40', [condition('o1', 'ScalingActive', 'False', 'BudgetSpent')]: '1x40' },
    minutes: 35,
    firing: [],
  },
  {
    alert: 'OpenIncidents',
    when: 'fires after ten minutes with an incident',
    series: { [incidents]: '0x5 1x20' },
    minutes: 17,
    firing: [PROCESS],
  },
  {
    alert: 'OpenIncidents',
    when: 'goes on firing while no leader tells anything',
    series: { [incidents]: '1x12 stale' },
    minutes: 16,
    firing: [PROCESS],
  },
  {
    alert: 'OpenIncidents',
    when: 'does not fire without one',
    series: { [incidents]: '0x30' },
    minutes: 25,
    firing: [],
  },
  {
    alert: 'EngineFiguresOld',
    when: 'fires when the history could not be read for five minutes',
    series: { [up('o1')]: '1x3 0x10' },
    minutes: 10,
    firing: [PROCESS],
  },
  {
    alert: 'EngineFiguresOld',
    when: 'does not fire when a round fails now and then',
    series: { [up('o1')]: '1 0 1 1 0 1 0 1 1 0 0 1 1x5' },
    minutes: 10,
    firing: [],
  },
  {
    alert: 'TotalsNotSaved',
    when: 'fires when nothing was saved for ten minutes',
    series: { [saved('o1')]: '5 60+60x20' },
    minutes: 13,
    firing: [OPERATOR],
  },
  {
    alert: 'TotalsNotSaved',
    when: 'does not end because the one who cannot save has gone',
    series: { [saved('o1')]: '5 60+60x11 stale' },
    minutes: 14,
    firing: [OPERATOR],
  },
  {
    alert: 'TotalsNotSaved',
    when: 'ends when another leader saves them',
    series: { [saved('o1')]: '5 60+60x11 stale', [saved('o2')]: '_x13 5 7 9' },
    minutes: 14,
    firing: [],
  },
  {
    alert: 'TotalsNotSaved',
    when: 'does not fire while they are saved, if late now and then',
    series: { [saved('o1')]: '5 65 5 300 9 5x20' },
    minutes: 20,
    firing: [],
  },
  {
    alert: 'WorkersNotScraped',
    when: 'fires when a pool has pods that nobody scrapes',
    series: { [by('o1', 'fareruleworkerpool_replicas', P)]: '3x20' },
    minutes: 11,
    firing: [POOL],
  },
  {
    alert: 'WorkersNotScraped',
    when: 'does not fire for a pool at zero',
    series: { [by('o1', 'fareruleworkerpool_replicas', P)]: '0x20' },
    minutes: 15,
    firing: [],
  },
  {
    alert: 'WorkersNotScraped',
    when: 'does not fire while one of them is scraped',
    series: {
      [by('o1', 'fareruleworkerpool_replicas', P)]: '3x20',
      [by('a', 'llm_worker_tasks_in_flight', P)]: '0x20',
    },
    minutes: 15,
    firing: [],
  },
];
