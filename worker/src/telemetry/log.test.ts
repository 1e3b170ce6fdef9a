import { expect, test } from '@jest/globals';
import { redact } from './log.ts';

test('a secret does not appear in a line, however it got there', () => {
  const secret = 'sk-"quoted"-1';
  const line = JSON.stringify({ a: secret, b: `Bearer ${secret}` });
  expect(redact(line, [secret])).toBe('{"a":"[redacted]","b":"Bearer [redacted]"}');
});

test('values too short to be secrets leave ordinary words alone', () => {
  expect(redact('the demo user', ['demo'])).toBe('the demo user');
});
