// A real Bolt app drives the front through one whole conversation, over HTTP and over Socket Mode.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { type Bot, startBot, until, world } from './bolt-bot.ts';

describe.each(['http', 'socket'] as const)('a bot over %s', (mode) => {
  let front: SlackFront;
  let bot: Bot;
  beforeAll(async () => {
    front = await createSlackFront({ mode, world, page: false });
    bot = await startBot(front, mode);
  });
  afterAll(async () => {
    await bot.stop();
    await front.stop();
  });

  test('takes a command, whispers the receipt and posts a card', async () => {
    const [ack] = await front.command('U0ANN', 'C0OPS', 'health');
    expect(ack).toMatchObject({ kind: 'answered', ok: true, status: 200, text: 'taken: health' });
    expect(front.ephemerals('U0ANN').at(-1)).toMatchObject({
      text: 'taken: health',
      via: 'ack',
      channelId: 'C0OPS',
    });
    await until(() => front.messages('C0OPS').length === 1, 'the card');
    expect(front.messages('C0OPS')[0]).toMatchObject({ text: 'health', userId: front.botUserId });
  });

  test('updates the card at a click', async () => {
    const [message] = front.messages('C0OPS');
    const acks = await front.click('U0BEN', 'C0OPS', message?.ts ?? '', { actionId: 'approve' });
    expect(acks[0]?.ok).toBe(true);
    await until(() => front.messages('C0OPS')[0]?.text === 'approved by U0BEN', 'the update');
    expect(bot.heard.at(-1)).toMatchObject({ kind: 'approve', text: 'v1' });
    // An update with a text and no blocks takes the blocks away, and the old picture can still be clicked.
    expect(front.messages('C0OPS')[0]?.blocks).toEqual([]);
    expect(front.messages('C0OPS')[0]?.earlierBlocks).toHaveLength(1);
  });

  test('opens a form, refuses a bad answer, pushes another, and hears a good one', async () => {
    await front.command('U0ANN', 'C0OPS', 'form');
    await until(() => front.messages('C0OPS').length === 2, 'the second card');
    const ts = front.messages('C0OPS').at(-1)?.ts ?? '';
    await front.click('U0ANN', 'C0OPS', ts, { actionId: 'ask' });
    await until(() => front.openViews('U0ANN').length === 1, 'the form');
    expect(front.openViews('U0BEN')).toEqual([]);
    const view = front.openViews('U0ANN')[0];
    if (!view) throw new Error('no form');
    expect(view).toMatchObject({ callbackId: 'why', privateMetadata: 'kept', title: 'Why' });

    await front.submitView('U0ANN', view, { reason: { text: 'bad' } });
    expect(front.openViews('U0ANN')[0]?.errors).toEqual({ reason: 'not good enough' });

    await front.submitView('U0ANN', view, { reason: { text: 'more' } });
    expect(front.openViews('U0ANN').map((one) => one.title)).toEqual(['Why', 'More']);

    const pushed = front.openViews('U0ANN')[1];
    if (!pushed) throw new Error('no second form');
    await front.submitView('U0ANN', pushed, { reason: { text: 'it is late' } });
    expect(front.openViews('U0ANN').map((one) => one.title)).toEqual(['Why']);
    await until(() => front.messages(front.dm('U0ANN')).length === 1, 'the direct message');
    expect(front.messages(front.dm('U0ANN'))[0]?.text).toBe('because it is late');
  });

  test('does not send a form with a required field empty', async () => {
    const [view] = front.openViews('U0ANN');
    if (!view) throw new Error('no form');
    await expect(front.submitView('U0ANN', view, {})).rejects.toThrow(/reason\/text is required/);
  });

  test('answers a mention in its thread', async () => {
    const [ack] = await front.mention('U0ANN', 'C0OPS', 'are you there');
    expect(ack).toMatchObject({ ok: true, attempts: 1 });
    const root = front.messages('C0OPS').at(-1);
    await until(() => front.thread('C0OPS', root?.ts ?? '').length === 2, 'the reply');
    expect(front.thread('C0OPS', root?.ts ?? '').map((one) => one.text)).toEqual([
      `<@${front.botUserId}> are you there`,
      'yes?',
    ]);
  });

  test('whispers by response_url unless told otherwise', async () => {
    await front.command('U0BEN', 'C0OPS', 'whisper');
    await until(() => front.ephemerals('U0BEN').length === 1, 'the whisper');
    expect(front.ephemerals('U0BEN')[0]).toMatchObject({ text: 'only you', via: 'response_url' });
    expect(front.ephemerals('U0ANN').some((one) => one.text === 'only you')).toBe(false);
    expect(front.calls('response_url')).toHaveLength(1);
  });

  test('says how an unanswered command ended', async () => {
    const quick = await createSlackFront({ mode, world, page: false, ackTimeoutMs: 150 });
    const sleeper = await startBot(quick, mode);
    const [ack] = await quick.command('U0ANN', 'C0OPS', 'sleep');
    expect(ack).toMatchObject({ kind: 'timeout', ok: false, status: 0, attempts: 1 });
    await sleeper.stop();
    const [dead] = await quick.command('U0ANN', 'C0OPS', 'anyone');
    expect(dead?.kind).toBe('unreachable');
    await quick.stop();
  });

  test('goes back to the seeded world', async () => {
    await front.reset();
    expect([front.messages('C0OPS'), front.ephemerals('U0ANN'), front.openViews(), front.calls()]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    const [ack] = await front.command('U0ANN', 'C0OPS', 'again');
    expect(ack?.ok).toBe(true);
  });
});
