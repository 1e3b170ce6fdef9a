/**
 * A history of any length. The engine runs one refund; the database copies its
 * rows, which takes minutes where the engine would take hours, and leaves rows
 * that the engine answers with like its own.
 */
import { query } from '../../engine/postgres.ts';
import { quoted } from '../engine/openTasks.ts';

const TABLES = ['act_hi_procinst', 'act_hi_actinst', 'act_hi_varinst'] as const;
/** Of the variables only the one that is asked for: the others are found by no index that is used here. */
const ROWS: Partial<Record<string, string>> = { act_hi_varinst: "and t.name_ = 'fareRuleCheck'" };
/** Each copy has ids of its own, the same in every table. */
const IDS = [
  'id_',
  'proc_inst_id_',
  'root_proc_inst_id_',
  'execution_id_',
  'parent_act_inst_id_',
  'act_inst_id_',
  'business_key_',
];
const TIMES = ['start_time_', 'end_time_', 'create_time_'];

/**
 * Copies an ended instance so many times.
 * @param end of the last copy, as SQL; the others end before it, evenly over `seconds`
 */
export async function copyInstances(
  database: string,
  template: string,
  count: number,
  { end, seconds, round }: { end: string; seconds: number; round: string },
): Promise<void> {
  const [[ended = ''] = []] = await query(
    database,
    `select end_time_ from act_hi_procinst where id_ = ${quoted(template)}`,
  );
  for (const table of TABLES) {
    const columns = await query(
      database,
      `select column_name from information_schema.columns where table_name = '${table}'`,
    );
    const shift = `(${end} - timestamp ${quoted(ended)} - interval '1 second' * ${seconds} * (${count} - n) / ${count})`;
    const values = columns.map(([name = '']) => {
      if (IDS.includes(name)) return `md5(t.${name} || ${quoted(`-${round}-`)} || n)`;
      return TIMES.includes(name) ? `t.${name} + ${shift}` : `t.${name}`;
    });
    await query(
      database,
      `insert into ${table} (${columns.map(([name]) => name).join(', ')})
       select ${values.join(', ')} from ${table} t, generate_series(1, ${count}) n
       where t.proc_inst_id_ = ${quoted(template)} ${ROWS[table] ?? ''}`,
    );
  }
}

/** Does work without the tables' indexes, which is much faster for many rows, and makes them again. */
export async function withoutIndexes(database: string, work: () => Promise<void>): Promise<void> {
  const tables = TABLES.map((table) => `'${table}'`).join(', ');
  const indexes = await query(
    database,
    `select indexname, indexdef from pg_indexes where tablename in (${tables}) and indexdef not like 'CREATE UNIQUE%'`,
  );
  for (const [name] of indexes) await query(database, `drop index ${name}`);
  await work();
  for (const [, definition = ''] of indexes) {
    await query(database, `set maintenance_work_mem = '512MB'; ${definition}`);
  }
  await query(database, `vacuum analyze ${TABLES[0]}`);
  await query(database, `vacuum analyze ${TABLES[1]}`);
  await query(database, `vacuum analyze ${TABLES[2]}`);
}

export const databaseSize = async (database: string): Promise<string> =>
  (await query(database, 'select pg_size_pretty(pg_database_size(current_database()))'))[0]?.[0] ?? '';
