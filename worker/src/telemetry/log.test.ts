import { expect, test } from '@jest/globals';
import { redacted } from './log.ts';

test('a secret does not appear in a line, however it got there', () => {
  const secret = 'sk-"quoted"-1';
  const values = { a: secret, b: `Bearer ${secret}`, c: [JSON.stringify({ key: secret })] };
  expect(redacted(values, [secret])).toBe(
    '{"a":"[redacted]","b":"Bearer [redacted]","c":["{\\"key\\":\\"[redacted]\\"}"]}',
  );
});

test('numbers and the names of fields stay, whatever a secret looks like', () => {
  const values = { task_id: 'of task_id 123456', cost: 0.123456, tokens: 123456 };
  expect(redacted(values, ['123456', 'task_id'])).toBe(
    '{"task_id":"of [redacted] [redacted]","cost":0.123456,"tokens":123456}',
  );
});

test('values too short to be secrets leave ordinary words alone', () => {
  expect(redacted('the demo user', ['demo'])).toBe('"the demo user"');
});

test('a value that has a form of its own for JSON is printed in that form, without secrets', () => {
  const hidden = { secret: 'sk-123456', toJSON: () => ({ shown: 'key sk-123456', at: new Date(0) }) };
  expect(redacted({ hidden, gone: undefined }, ['sk-123456'])).toBe(
    '{"hidden":{"shown":"key [redacted]","at":"1970-01-01T00:00:00.000Z"}}',
  );
});
