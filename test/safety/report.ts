/**
 * `node test/safety/report.ts`: measures the guards and prints the figures as
 * JSON; with `--names` also which tickets got through and which were stopped.
 */
import { safetyFigures } from '../bench/worker/safety/safetyFigures.ts';
import { GUARDS, measureSafety } from './measure.ts';

const report = await measureSafety();
console.log(JSON.stringify(safetyFigures(report, `Node ${process.version}`), null, 2));
if (process.argv.includes('--names')) {
  for (const guards of GUARDS) {
    console.log(`${guards}: got through: ${report.guarded[guards].falseAllowed.join(', ') || 'none'}`);
    console.log(`${guards}: honest and stopped: ${report.honest[guards].stopped.join(', ') || 'none'}`);
  }
}
