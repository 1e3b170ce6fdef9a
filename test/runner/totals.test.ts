import { describe, expect, test } from '@jest/globals';
import { add, closingLines, fromJest, fromSurefire } from './totals.ts';

describe('the totals', () => {
  test('end with the sums alone on the last line, below the names of what was skipped', () => {
    const sum = add(
      { passed: 2, failed: 0, skipped: [] },
      { passed: 1, failed: 1, skipped: ['needs Docker'] },
    );
    expect(closingLines(sum).split('\n')).toEqual(['skipped: needs Docker', '3 passed, 1 failed']);
  });

  test('count a suite that could not be loaded as a failure', () => {
    const report = { numPassedTests: 4, numFailedTests: 0, numRuntimeErrorTestSuites: 1, testResults: [] };
    expect(fromJest(report)).toEqual({ passed: 4, failed: 1, skipped: [] });
  });

  test('name the tests that Jest skipped', () => {
    const assertionResults = [
      { status: 'pending', fullName: 'a cluster of Docker containers' },
      { status: 'passed', fullName: 'something else' },
    ];
    const report = {
      numPassedTests: 1,
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 0,
      testResults: [{ assertionResults }],
    };
    expect(fromJest(report).skipped).toEqual(['a cluster of Docker containers']);
  });

  test('take failures and errors of a Surefire report together', () => {
    const xml =
      '<?xml version="1.0"?><testsuite name="MoneyTest" tests="7" errors="1" skipped="1" failures="2">';
    expect(fromSurefire(xml)).toEqual({ passed: 3, failed: 3, skipped: ['MoneyTest'] });
  });
});
