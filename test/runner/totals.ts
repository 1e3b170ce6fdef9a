/** Sums of what the suites reported; the last line is what CI reads. */

export interface Totals {
  passed: number;
  failed: number;
  /** Full names of the tests that were skipped, and why where that is known. */
  skipped: string[];
}

export const NOTHING: Totals = { passed: 0, failed: 0, skipped: [] };

export function add(...parts: Totals[]): Totals {
  return parts.reduce(
    (sum, part) => ({
      passed: sum.passed + part.passed,
      failed: sum.failed + part.failed,
      skipped: [...sum.skipped, ...part.skipped],
    }),
    NOTHING,
  );
}

/** The closing lines: the skipped tests by name, then the sums alone on the last line. */
export function closingLines({ passed, failed, skipped }: Totals): string {
  const names = skipped.map((name) => `skipped: ${name}`);
  return [...names, `${passed} passed, ${failed} failed`].join('\n');
}

interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

/** A suite that could not be loaded counts as one failure: none of its tests ran. */
export function fromJest(report: JestReport): Totals {
  const all = report.testResults.flatMap((suite) => suite.assertionResults);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: all
      .filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
      .map(({ fullName }) => fullName),
  };
}

/** One `<testsuite …>` element of a Surefire report. */
export function fromSurefire(xml: string): Totals {
  const attributes = /<testsuite\b[^>]*>/.exec(xml)?.[0] ?? '';
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const suite = /\bname="([^"]*)"/.exec(attributes)?.[1] ?? 'a Java test';
  const skipped = Array.from({ length: count('skipped') }, () => suite);
  return { passed: count('tests') - failed - skipped.length, failed, skipped };
}
