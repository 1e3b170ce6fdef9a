/** `make test`: what needs nothing first, then everything that needs the real parts. */

import { buildEngine } from '../engine/build.ts';
import { withCleanup } from '../environment/down.ts';
import { installOperator, installProcess } from '../environment/install.ts';
import { up } from '../environment/up.ts';
import { say, step } from '../support/step.ts';
import { checks, jest, surefire } from './suites.ts';
import { add, type Totals } from './totals.ts';

export async function testEverything(): Promise<Totals> {
  say('== checks');
  const first = await checks();
  say('\n== unit tests');
  const unit = await jest('unit', false);
  const withParts = await withCleanup(async () => {
    say('\n== environment');
    const environment = await up();
    const java = surefire((await buildEngine()).testReports);
    say('\n== integration tests');
    const integration = await jest('integration', true);
    // Before there is an operator of the environment's own: one cluster has room for one metrics API.
    say('\n== the charts, installed');
    const install = await jest('install', true);
    say('\n== end to end, as pods');
    await step('operator', () => installOperator(environment));
    await step('process', () => installProcess(environment));
    const e2e = await jest('e2e', true);
    return add(java, integration, e2e, install);
  });
  say('\n== starting and ending the environment');
  return add(first, unit, withParts, await jest('lifecycle', true));
}
