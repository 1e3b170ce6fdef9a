import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { EngineErrorCode } from './engine/errors.ts';
import type { Settlement } from './engine/settle.ts';
import { HELD, UNDECIDED } from './fare/reasons.ts';
import { KINDS } from './llm/errors.ts';
import { registerKeyStates } from './telemetry/keyStates.ts';
import { createMetrics } from './telemetry/metrics.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/worker.md'), 'utf8');

/** The first cells of the tables of one section, without the sections below it unless there is no table of its own. */
function rows(heading: string): string[] {
  const [, level = ''] = /^(#+) /.exec(heading) ?? [];
  const start = page.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`docs/worker.md has no section ${heading}`);
  const rest = page.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'));
  const section = end < 0 ? rest : rest.slice(0, end);
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name = '']) => name).sort();
}

/** The compiler holds these to the types: one that is added or taken away does not compile. */
const SETTLEMENTS = {
  completed: true,
  gone: true,
  lock_lost: true,
  failed: true,
  returned: true,
  abandoned: true,
} satisfies Record<Settlement, true>;
const ENGINE_CODES = {
  UNREACHABLE: true,
  NO_ANSWER: true,
  UNTRUSTED: true,
  TOKEN_REFUSED: true,
  NO_TOKEN: true,
  TOO_LATE: true,
  UNAUTHENTICATED: true,
  FORBIDDEN: true,
  NOT_FOUND: true,
  LOCKED_BY_OTHER: true,
  BAD_REQUEST: true,
  CONFLICT: true,
  VALUE_TOO_LARGE: true,
  SERVER_ERROR: true,
  UNAVAILABLE: true,
  UNEXPECTED_RESPONSE: true,
} satisfies Record<EngineErrorCode, true>;

test.each<[string, readonly string[], object]>([
  ['way in which a task can end', ['## How a task ends'], SETTLEMENTS],
  ['code of a ticket or a pool that nobody decides', ['### The ticket', '### The pool'], UNDECIDED],
  ['code of a call to the model', ['### The model'], KINDS],
  ['code of a decision that is held', ['### Decided, but a person has to confirm'], HELD],
  ['code of the engine', ['## The engine'], ENGINE_CODES],
])('docs/worker.md has a row for every %s, and for no other', (_what, headings, codes) => {
  expect(headings.flatMap(rows).sort()).toEqual(Object.keys(codes).sort());
});

test('docs/worker.md says of each code of the model whether the call is repeated', () => {
  for (const [code, { retryable }] of Object.entries(KINDS)) {
    const again = new RegExp(`^\\| \`${code}\` \\| (.*?) \\|`, 'm').exec(page)?.[1];
    if (code === 'UNAUTHENTICATED') expect(again).toBe('with another key');
    else expect([code, again]).toEqual([code, retryable ? 'yes' : 'no']);
  }
});

test('docs/worker.md has a row for every metric of the worker, and for no other', async () => {
  const { registry } = createMetrics();
  registerKeyStates(registry, () => []);
  const metrics = await registry.getMetricsAsJSON();
  const own = metrics.map(({ name }) => name).filter((name) => !/^(process|nodejs)_/.test(name));
  expect(rows('## Metrics')).toEqual(own.sort());
});
