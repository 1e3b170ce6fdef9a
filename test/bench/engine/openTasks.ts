/**
 * Open external tasks in any number. The engine makes one process instance; the database copies its
 * rows, which takes seconds where the engine would take minutes, and leaves rows that the engine
 * counts like its own. They are counted, never worked on: their history is not copied.
 */
import axios from 'axios';
import { query } from '../../engine/postgres.ts';
import { ACTIVE, deployOneTask, SUSPENDED } from './oneTask.ts';

const KEY = 'bench-open-tasks';
const TEMPLATE_TOPIC = 'bench-template';

export class OpenTasks {
  readonly #database: string;
  readonly #template: string;
  #copies = 0;

  private constructor(database: string, template: string) {
    this.#database = database;
    this.#template = template;
  }

  /**
   * Deploys the process and starts the instance that is copied.
   * @param engine base URL of its REST API
   * @param database connection URL of its database
   */
  static async open(engine: string, database: string): Promise<OpenTasks> {
    const http = axios.create({ baseURL: engine, timeout: 30_000, proxy: false });
    await deployOneTask(http, KEY, TEMPLATE_TOPIC);
    const { data } = await http.post<{ id: string }>(`/process-definition/key/${KEY}/start`, {});
    return new OpenTasks(database, data.id);
  }

  /** Adds so many tasks of a topic, suspended unless said otherwise. */
  async add(topic: string, count: number, state: 'suspended' | 'active' = 'suspended'): Promise<void> {
    const first = this.#copies + 1;
    this.#copies += count;
    const suspension = state === 'active' ? ACTIVE : SUSPENDED;
    await this.#sql(
      `begin;
       ${this.#copy('act_ru_execution', ['id_', 'proc_inst_id_', 'root_proc_inst_id_', 'parent_id_'], first)};
       ${this.#copy('act_ru_ext_task', ['id_', 'execution_id_', 'proc_inst_id_'], first, {
         topic_name_: quoted(topic),
         suspension_state_: String(suspension),
       })};
       commit;`,
    );
    await this.#sql('analyze act_ru_execution, act_ru_ext_task');
  }

  /**
   * Makes all tasks of a topic active in one transaction.
   * @returns when, by the clock of this machine, taken just before the commit: a reaction that is
   * measured from it is a millisecond too long rather than too short
   */
  async activate(topic: string): Promise<number> {
    return this.#resume(`topic_name_ = ${quoted(topic)}`, '');
  }

  /** Gives the tasks of one topic to another, active, in one transaction; returns when, as `activate`. */
  async move(from: string, to: string): Promise<number> {
    return this.#resume(`topic_name_ = ${quoted(from)}`, `, topic_name_ = ${quoted(to)}`);
  }

  async suspend(topic: string): Promise<void> {
    await this.putBack(topic, topic);
  }

  /** Gives the tasks of one topic to another, suspended. */
  async putBack(from: string, to: string): Promise<void> {
    await this.#sql(
      `update act_ru_ext_task set suspension_state_ = ${SUSPENDED}, topic_name_ = ${quoted(to)}, rev_ = rev_ + 1
       where topic_name_ = ${quoted(from)}`,
    );
  }

  /**
   * Makes exactly so many tasks of a topic count, as in work at a worker that is none of the pool's: its pods run
   * and find nothing to do. The others are suspended.
   * @param minutes of the lock, from now
   */
  async hold(topic: string, count: number, minutes: number): Promise<void> {
    await this.#sql(
      `update act_ru_ext_task t
       set suspension_state_ = case when n <= ${count} then ${ACTIVE} else ${SUSPENDED} end,
         worker_id_ = ${quoted(KEY)}, lock_exp_time_ = localtimestamp + interval '${minutes} minutes', rev_ = rev_ + 1
       from (select id_, row_number() over (order by id_) n from act_ru_ext_task
             where topic_name_ = ${quoted(topic)}) numbered
       where t.id_ = numbered.id_`,
    );
  }

  /** Removes the tasks of a topic; their executions stay. */
  async drop(topic: string): Promise<void> {
    await this.#sql(`delete from act_ru_ext_task where topic_name_ = ${quoted(topic)}`);
  }

  /** Removes every task and execution that this or an earlier run has made. */
  async removeAll(): Promise<void> {
    const definition = `proc_def_id_ in (select id_ from act_re_procdef where key_ = ${quoted(KEY)})`;
    // Whole process instances go: the foreign keys, checked row by row, would take a minute for 100,000.
    await this.#sql(
      `begin;
       set local session_replication_role = replica;
       delete from act_ru_ext_task where ${definition};
       delete from act_ru_execution where ${definition};
       commit;`,
    );
    this.#copies = 0;
  }

  async #resume(where: string, also: string): Promise<number> {
    const rows = await query(
      this.#database,
      `begin;
       update act_ru_ext_task set suspension_state_ = ${ACTIVE}, rev_ = rev_ + 1${also} where ${where};
       select extract(epoch from clock_timestamp()) * 1000;
       commit;`,
    );
    return Number(rows[0]?.[0]);
  }

  /** Copies of the template's rows in one table, numbered in the columns that hold ids. */
  #copy(table: string, ids: string[], first: number, set: Record<string, string> = {}): string {
    const changes = [
      ...ids.map((column) => `'${column}', t.${column} || '-' || n`),
      ...Object.entries(set).map(([column, value]) => `'${column}', ${value}`),
    ];
    return `insert into ${table}
      select copy.* from ${table} t, generate_series(${first}, ${this.#copies}) n,
        lateral jsonb_populate_record(t, jsonb_build_object(${changes.join(', ')})) copy
      where t.proc_inst_id_ = ${quoted(this.#template)}`;
  }

  async #sql(sql: string): Promise<void> {
    await query(this.#database, sql);
  }
}

/** A text as SQL writes it. */
export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
