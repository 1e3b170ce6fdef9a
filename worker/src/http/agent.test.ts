import { expect, test } from '@jest/globals';
import { createAgent } from './agent.ts';

test('a connection that is not made in time is given up, and says that nothing was sent', async () => {
  const nobodyAnswers = { host: 'engine.invalid', port: 1, lookup: () => undefined };
  const socket = createAgent(false, 20).createConnection(nobodyAnswers);
  const error = await new Promise((resolve) => socket?.once('error', resolve));
  expect(error).toMatchObject({ code: 'NOT_CONNECTED' });
});
