import { describe, expect, test } from '@jest/globals';
import { type ClientCredentials, readTokenAnswer, type Token, TokenKeeper, tokenRequest } from './oauth2.ts';

const CLIENT: ClientCredentials = {
  tokenURL: 'https://idp/token',
  clientId: 'pool:1',
  clientSecret: 'a b&c',
  authentication: 'Basic',
};

describe('what is sent for a token', () => {
  test('has id and secret in the header, each encoded by itself', () => {
    const { headers, body } = tokenRequest(CLIENT);
    expect(headers.authorization).toBe(`Basic ${btoa('pool%3A1:a+b%26c')}`);
    expect(body).toBe('grant_type=client_credentials');
  });

  test('has them in the body for servers that want them there, and what else is asked for', () => {
    const { headers, body } = tokenRequest({
      ...CLIENT,
      authentication: 'Body',
      scope: 'a b',
      audience: 'https://engine',
    });
    expect(headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'https://engine',
      client_id: 'pool:1',
      client_secret: 'a b&c',
    });
  });
});

describe('an answer', () => {
  const good = { access_token: 't', token_type: 'bearer', expires_in: 100 };

  test.each<[string, number, unknown, object]>([
    ['with a token', 200, good, { token: { value: 't', since: 7, renewAt: 75_007, expires: 95_007 } }],
    [
      'whose token is short-lived',
      200,
      { ...good, expires_in: 2 },
      { token: { value: 't', since: 7, renewAt: 1_507, expires: 1_807 } },
    ],
    [
      'whose token lives for an hour',
      200,
      { ...good, expires_in: '3600' },
      { token: { value: 't', since: 7, renewAt: 3_540_007, expires: 3_595_007 } },
    ],
    [
      'that does not say for how long',
      200,
      { access_token: 't', token_type: 'Bearer' },
      { token: { value: 't', since: 7, renewAt: Infinity, expires: Infinity } },
    ],
    [
      'that refuses the client',
      401,
      { error: 'invalid_client' },
      { refused: true, reason: 'invalid_client' },
    ],
    [
      'that refuses in its own words',
      400,
      { error: 'hunter2 is wrong' },
      { refused: true, reason: undefined },
    ],
    ['that is a page', 403, undefined, { refused: true, reason: undefined }],
    ['of a server that fails', 503, good, { refused: false }],
    ['without a token', 200, { ...good, access_token: undefined }, { refused: false }],
    ['with a token that no header can have', 200, { ...good, access_token: 'a\nb' }, { refused: false }],
    ['with another kind of token', 200, { ...good, token_type: 'DPoP' }, { refused: false }],
    ['whose token has ended', 200, { ...good, expires_in: 0 }, { refused: false }],
    ['that says nonsense of its end', 200, { ...good, expires_in: 'soon' }, { refused: false }],
  ])('%s is understood', (_title, status, body, expected) => {
    expect(readTokenAnswer(status, body, 7)).toEqual(expected);
  });
});

describe('the token that is kept', () => {
  /** A server whose tokens are t1, t2, … with the given lifetime, and which can be told to fail or to wait. */
  function setUp(lifetimeMs = 10_000) {
    const state = { now: 0, asked: 0, failing: false, wait: Promise.resolve() };
    const ask = async (): Promise<Token> => {
      state.asked += 1;
      const value = `t${state.asked}`;
      const since = state.now;
      await state.wait;
      if (state.failing) throw new Error('no token');
      return { value, since, renewAt: since + lifetimeMs * 0.75, expires: since + lifetimeMs * 0.9 };
    };
    return { state, keeper: new TokenKeeper(ask, () => state.now) };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test('is asked for once by all who wait for it', async () => {
    const { state, keeper } = setUp();
    expect(await Promise.all([keeper.current(), keeper.current(), keeper.current()])).toEqual([
      't1',
      't1',
      't1',
    ]);
    expect(keeper.current()).toBe('t1');
    expect(state.asked).toBe(1);
  });

  test('is renewed while it is still good, and nobody waits', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.now = 8_000;
    expect([keeper.current(), keeper.current()]).toEqual(['t1', 't1']);
    await settled();
    expect([keeper.current(), state.asked]).toEqual(['t2', 2]);
  });

  test('is not used after its end: the next one is waited for', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.now = 9_000;
    expect(await keeper.current()).toBe('t2');
  });

  test('is used to its end while no new one comes', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.failing = true;
    state.now = 8_000;
    expect(keeper.current()).toBe('t1');
    await settled();
    state.now = 8_900;
    expect(keeper.current()).toBe('t1');
    state.now = 9_000;
    await expect(keeper.current()).rejects.toThrow('no token');
  });

  test('is asked for with growing pauses while none comes', async () => {
    const { state, keeper } = setUp();
    state.failing = true;
    for (state.now = 0; state.now <= 60_000; state.now += 50) {
      await expect(keeper.current()).rejects.toThrow('no token');
    }
    // After 0.25, 0.75, 1.75, 3.75, 7.75 and 15.75 s, then every 10 s.
    expect(state.asked).toBe(11);
    state.failing = false;
    state.now = 100_000;
    expect(await keeper.current()).toBe('t12');
  });

  test('is replaced when it is refused, once for all who were', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.now = 2_000;
    expect([keeper.refused('t1'), keeper.refused('t1')]).toEqual([true, true]);
    expect(await Promise.all([keeper.current(), keeper.current()])).toEqual(['t2', 't2']);
    expect(keeper.refused('t1')).toBe(true);
    expect(state.asked).toBe(2);
  });

  test('stays when it is refused although it is new: another would be like it', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.now = 900;
    expect(keeper.refused('t1')).toBe(false);
    expect(keeper.current()).toBe('t1');
    expect(state.asked).toBe(1);
  });

  test('is replaced soon after other credentials came, without a gap, and without the pause after failures', async () => {
    const { state, keeper } = setUp();
    await keeper.current();
    state.now = 1_000;
    keeper.credentialsChanged();
    expect(keeper.current()).toBe('t1');
    await settled();
    expect(keeper.current()).toBe('t2');
    state.failing = true;
    state.now = 20_000;
    await expect(keeper.current()).rejects.toThrow();
    state.failing = false;
    keeper.credentialsChanged();
    expect(await keeper.current()).toBe('t4');
  });

  test('is replaced, too, when it was asked for with the old credentials and came later', async () => {
    const { state, keeper } = setUp();
    const first = keeper.current();
    keeper.credentialsChanged();
    expect(await first).toBe('t1');
    expect(keeper.current()).toBe('t1');
    await settled();
    expect(keeper.current()).toBe('t2');
    expect(state.asked).toBe(2);
  });
});
