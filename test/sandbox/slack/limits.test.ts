// The pretend Slack's rate limits, on a clock that the test moves.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { world } from './bolt-bot.ts';
import { connect } from './web-client.ts';

let nowMs = Date.now();
let front: SlackFront;
beforeEach(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false, now: () => nowMs });
});
afterEach(() => front.stop());

/** How many of so many calls at once were taken, and what the others were told to wait. */
const callAtOnce = async (count: number, call: () => Promise<unknown>) => {
  const ended = await Promise.allSettled(Array.from({ length: count }, call));
  const waits = ended.flatMap((one) =>
    one.status === 'rejected' && one.reason instanceof Error && 'retryAfter' in one.reason
      ? [one.reason.retryAfter]
      : [],
  );
  const taken = ended.filter((one) => one.status === 'fulfilled').length;
  expect(taken + waits.length).toBe(count);
  return { taken, waits: [...new Set(waits)] };
};
const say = (channel = 'C0OPS') => connect(front).chat.postMessage({ channel, text: 'x' });

describe('posting', () => {
  test('takes a short burst in a channel, then one message a second', async () => {
    expect(await callAtOnce(100, () => say())).toEqual({ taken: 5, waits: [1] });
    expect(front.messages('C0OPS')).toHaveLength(5);
    expect(front.calls('chat.postMessage').filter((call) => call.status === 429)).toHaveLength(95);
    nowMs += 999;
    expect((await callAtOnce(3, () => say())).taken).toBe(0);
    nowMs += 2;
    expect((await callAtOnce(3, () => say())).taken).toBe(1);
    nowMs += 60_000;
    expect((await callAtOnce(10, () => say())).taken).toBe(5);
  });

  test('counts each channel for itself', async () => {
    await callAtOnce(10, () => say());
    expect(await callAtOnce(5, () => say(front.dm('U0ANN')))).toEqual({ taken: 5, waits: [] });
  });
});

describe('a method', () => {
  const methods = {
    'usergroups.users.list': [20, 3, () => connect(front).usergroups.users.list({ usergroup: 'S0CALL' })],
    'conversations.info': [50, 2, () => connect(front).conversations.info({ channel: 'C0OPS' })],
    'users.info': [100, 1, () => connect(front).users.info({ user: 'U0ANN' })],
  } as const;

  test.each(Object.entries(methods))(
    '%s takes what its tier allows a minute',
    async (_name, [most, wait, call]) => {
      expect(await callAtOnce(most + 10, call)).toEqual({ taken: most, waits: [wait] });
      nowMs += wait * 1_000;
      expect((await callAtOnce(10, call)).taken).toBeGreaterThanOrEqual(1);
      nowMs += 60_000;
      expect((await callAtOnce(most + 10, call)).taken).toBe(most);
    },
  );

  test('is counted apart from the others, and anew after a reset', async () => {
    const [most, , call] = methods['usergroups.users.list'];
    await callAtOnce(most + 1, call);
    expect((await callAtOnce(5, methods['users.info'][2])).taken).toBe(5);
    await front.reset();
    expect((await callAtOnce(most, call)).taken).toBe(most);
  });
});

test('the bench may do without', async () => {
  const open = await createSlackFront({ mode: 'http', world, page: false, limits: false });
  const client = connect(open);
  const ended = await callAtOnce(60, () => client.chat.postMessage({ channel: 'C0OPS', text: 'x' }));
  expect(ended.taken).toBe(60);
  await open.stop();
});
