// The front refuses what Slack refuses: tokens, scopes, channels, foreign messages, content that Slack would not show.
/* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */

import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { card, world } from './bolt-bot.ts';
import { connect, refusalOf } from './web-client.ts';

let nowMs = Date.now();
let front: SlackFront;
let client: WebClient;
beforeAll(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false, now: () => nowMs });
  client = connect(front);
});
beforeEach(() => front.reset());
afterAll(() => front.stop());

/** A second after the one before: Slack takes no more in a channel. */
const say = async (text: string, rest: object = {}): Promise<string> => {
  nowMs += 1_000;
  const { ts } = await client.chat.postMessage({ channel: 'C0OPS', text, ...rest });
  return ts ?? '';
};

describe('tokens and scopes', () => {
  test('asks who is calling', async () => {
    const bare = await fetch(`${front.apiUrl}auth.test`, { method: 'POST' });
    expect(await bare.json()).toMatchObject({ ok: false, error: 'not_authed' });
    expect(await refusalOf(connect(front, 'xoxb-made-up').auth.test())).toMatchObject({
      error: 'invalid_auth',
    });
    expect(await refusalOf(client.apps.connections.open({}))).toMatchObject({
      error: 'not_allowed_token_type',
    });
  });

  test('introduces the bot and names its scopes', async () => {
    const answer = await client.auth.test();
    expect(answer).toMatchObject({ team_id: front.teamId, user_id: front.botUserId });
    expect(answer.response_metadata?.scopes).toContain('chat:write');
  });

  test('names the scope that is missing, by the kind of channel', async () => {
    const poor = await createSlackFront({
      mode: 'http',
      world: { ...world, botScopes: ['chat:write'] },
      page: false,
    });
    const caller = connect(poor);
    expect(await refusalOf(caller.conversations.history({ channel: 'C0OPS' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'channels:history',
      provided: 'chat:write',
    });
    expect(await refusalOf(caller.conversations.history({ channel: 'C0SEC' }))).toMatchObject({
      needed: 'groups:history',
    });
    expect(await refusalOf(caller.usergroups.users.list({ usergroup: 'S0CALL' }))).toMatchObject({
      needed: 'usergroups:read',
    });
    await caller.chat.postMessage({ channel: 'C0OPS', text: 'this one may' });
    await poor.stop();
  });

  test('does not know a method that Slack does not have', async () => {
    expect(await refusalOf(client.apiCall('chat.postMassage'))).toMatchObject({ error: 'unknown_method' });
  });

  test('keeps mail addresses of other workspaces to itself', async () => {
    const own = await client.users.info({ user: 'U0ANN' });
    const other = await client.users.info({ user: 'U0EXT' });
    expect(own.user?.profile?.email).toBe('ann@example.test');
    expect(other.user).toMatchObject({ team_id: 'T0OTHER', is_stranger: true });
    expect(other.user?.profile?.email).toBeUndefined();
    expect(await refusalOf(client.users.info({ user: 'U0NONE' }))).toMatchObject({ error: 'user_not_found' });
  });
});

describe('places', () => {
  test('hides private channels, refuses others, and follows the membership', async () => {
    const post = (channel: string) => client.chat.postMessage({ channel, text: 'hello' });
    expect(await refusalOf(post('C0NONE'))).toMatchObject({ error: 'channel_not_found' });
    expect(await refusalOf(post('C0SEC'))).toMatchObject({ error: 'channel_not_found' });
    expect(await refusalOf(post('C0OUT'))).toMatchObject({ error: 'not_in_channel' });
    front.setMembership('C0OUT', front.botUserId, true);
    await post('C0OUT');
    front.setMembership('C0OPS', front.botUserId, false);
    expect(await refusalOf(post('C0OPS'))).toMatchObject({ error: 'not_in_channel' });
    front.setArchived('C0EXT', true);
    expect(await refusalOf(post('C0EXT'))).toMatchObject({ error: 'is_archived' });
  });

  test('says what is shared and who is in a group, as of now', async () => {
    const shared = async () => (await client.conversations.info({ channel: 'C0OPS' })).channel?.is_ext_shared;
    expect(await shared()).toBe(false);
    front.setExtShared('C0OPS', true);
    expect(await shared()).toBe(true);
    front.setUserGroup('on-call', ['U0BEN']);
    expect((await client.usergroups.users.list({ usergroup: 'S0CALL' })).users).toEqual(['U0BEN']);
    expect(await refusalOf(client.usergroups.users.list({ usergroup: 'S0NONE' }))).toMatchObject({
      error: 'no_such_subteam',
    });
  });

  test('opens a direct conversation and posts to a person by their id', async () => {
    const opened = await client.conversations.open({ users: 'U0BEN' });
    expect(opened.channel?.id).toBe(front.dm('U0BEN'));
    await client.chat.postMessage({ channel: 'U0BEN', text: 'psst' });
    expect(front.messages(front.dm('U0BEN')).map((message) => message.text)).toEqual(['psst']);
  });
});

describe('messages', () => {
  test('lets the bot change its own messages only', async () => {
    const [theirs] = [await front.say('U0ANN', 'C0OPS', 'mine')];
    const update = client.chat.update({ channel: 'C0OPS', ts: theirs.ts, text: 'yours' });
    expect(await refusalOf(update)).toMatchObject({ error: 'cant_update_message' });
    expect(await refusalOf(client.chat.delete({ channel: 'C0OPS', ts: theirs.ts }))).toMatchObject({
      error: 'cant_delete_message',
    });
    expect(
      await refusalOf(client.chat.update({ channel: 'C0OPS', ts: '1.000001', text: 'x' })),
    ).toMatchObject({
      error: 'message_not_found',
    });
  });

  test('removes blocks where an update brings only a text, and keeps metadata until it is emptied', async () => {
    const metadata = { event_type: 'card', event_payload: { id: '7' } };
    const ts = await say('with', { blocks: card('with'), metadata });
    const read = async () => {
      const { messages } = await client.conversations.history({
        channel: 'C0OPS',
        include_all_metadata: true,
      });
      return messages?.[0];
    };
    await client.chat.update({ channel: 'C0OPS', ts, text: 'without' });
    expect(await read()).toMatchObject({ text: 'without', metadata });
    expect((await read())?.blocks).toBeUndefined();
    await client.chat.update({ channel: 'C0OPS', ts, text: 'emptied', metadata: {} as never });
    expect((await read())?.metadata).toBeUndefined();
  });

  test('shows metadata only to those who ask for it', async () => {
    await say('secret-ish', { metadata: { event_type: 'card', event_payload: { id: '7' } } });
    const plain = await client.conversations.history({ channel: 'C0OPS' });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    expect(
      await refusalOf(
        client.chat.postMessage({ channel: 'C0OPS', text: 'x', metadata: { event_type: 'a' } }),
      ),
    ).toMatchObject({ error: 'metadata_must_be_sent_with_event_type_and_payload' });
  });

  test('pages through history, newest first, within bounds', async () => {
    const stamps: string[] = [];
    for (const text of ['one', 'two', 'three', 'four', 'five']) stamps.push(await say(text));
    await say('a reply', { thread_ts: stamps[0] });
    const texts = async (args: object) => {
      const { messages, has_more, response_metadata } = await client.conversations.history({
        channel: 'C0OPS',
        ...args,
      });
      return {
        texts: (messages ?? []).map((one) => one.text),
        more: has_more,
        cursor: response_metadata?.next_cursor,
      };
    };
    const first = await texts({ limit: 2 });
    expect(first).toMatchObject({ texts: ['five', 'four'], more: true });
    expect(await texts({ limit: 4, cursor: first.cursor })).toMatchObject({
      texts: ['three', 'two', 'one'],
      more: false,
    });
    expect((await texts({ oldest: stamps[1], latest: stamps[3] })).texts).toEqual(['three']);
    expect((await texts({ oldest: stamps[1], latest: stamps[3], inclusive: true })).texts).toEqual([
      'four',
      'three',
      'two',
    ]);
    const replies = await client.conversations.replies({ channel: 'C0OPS', ts: stamps[0] ?? '' });
    expect(replies.messages?.map((one) => one.text)).toEqual(['one', 'a reply']);
    expect(await refusalOf(client.conversations.history({ channel: 'C0OPS', cursor: 'zzz' }))).toMatchObject({
      error: 'invalid_cursor',
    });
  });

  test('never writes a whisper into history, and whispers to members only', async () => {
    await client.chat.postEphemeral({ channel: 'C0OPS', user: 'U0ANN', text: 'hush' });
    expect(front.ephemerals('U0ANN').map((one) => one.text)).toEqual(['hush']);
    expect((await client.conversations.history({ channel: 'C0OPS' })).messages).toEqual([]);
    const outside = client.chat.postEphemeral({ channel: 'C0OPS', user: 'U0EXT', text: 'hush' });
    expect(await refusalOf(outside)).toMatchObject({ error: 'user_not_in_channel' });
  });

  test('wants something to say, and not too much of it', async () => {
    expect(await refusalOf(client.chat.postMessage({ channel: 'C0OPS', text: '' }))).toMatchObject({
      error: 'no_text',
    });
    const ts = await say('x'.repeat(40_001));
    expect(front.messages('C0OPS')[0]?.text).toHaveLength(40_000);
    const long = client.chat.update({ channel: 'C0OPS', ts, text: 'x'.repeat(4001) });
    expect(await refusalOf(long)).toMatchObject({ error: 'msg_too_long' });
  });

  test('names every fault in the blocks', async () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } },
      { type: 'nonsense' },
    ];
    const refusal = await refusalOf(client.chat.postMessage({ channel: 'C0OPS', text: 'x', blocks }));
    expect(refusal.error).toBe('invalid_blocks');
    expect(refusal.response_metadata?.messages).toEqual([
      '[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]',
      '[ERROR] unsupported type: nonsense [json-pointer:/blocks/1/type]',
    ]);
    expect(front.messages('C0OPS')).toEqual([]);
  });

  test('takes a file in three steps', async () => {
    await client.files.uploadV2({
      channel_id: 'C0OPS',
      filename: 'log.txt',
      content: 'line one\n',
      initial_comment: 'the log',
    });
    expect(front.files().map((file) => [file.name, file.bytes.toString('utf8'), file.channelId])).toEqual([
      ['log.txt', 'line one\n', 'C0OPS'],
    ]);
    expect(front.messages('C0OPS')[0]).toMatchObject({ text: 'the log', fileIds: [front.files()[0]?.id] });
    const early = await client.files.getUploadURLExternal({ filename: 'a', length: 3 });
    const completed = client.files.completeUploadExternal({ files: [{ id: early.file_id ?? '' }] });
    expect(await refusalOf(completed)).toMatchObject({ error: 'file_not_found' });
    const short = await fetch(early.upload_url ?? '', { method: 'POST', body: 'no' });
    expect(short.status).toBe(400);
  });

  test('opens threads under first messages only, for texts and for files', async () => {
    const root = await say('root');
    const reply = await say('reply', { thread_ts: root });
    const share = async (threadTs: string) => {
      const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
        filename: 'a',
        length: 1,
      });
      await fetch(url, { method: 'POST', body: 'x' });
      return client.files.completeUploadExternal({
        files: [{ id }],
        channel_id: 'C0OPS',
        thread_ts: threadTs,
      });
    };
    await share(root);
    expect(front.thread('C0OPS', root)).toHaveLength(3);
    const none = '1700000000.000100';
    for (const [threadTs, error] of [
      [reply, 'invalid_thread_ts'],
      [none, 'thread_not_found'],
    ] as const) {
      const text = client.chat.postMessage({ channel: 'C0OPS', text: 'x', thread_ts: threadTs });
      expect(await refusalOf(text)).toMatchObject({ error });
      expect(await refusalOf(share(threadTs))).toMatchObject({ error });
    }
    expect(front.thread('C0OPS', root)).toHaveLength(3);
  });

  test('reacts once', async () => {
    const timestamp = await say('nice');
    await client.reactions.add({ channel: 'C0OPS', timestamp, name: 'eyes' });
    const again = client.reactions.add({ channel: 'C0OPS', timestamp, name: 'eyes' });
    expect(await refusalOf(again)).toMatchObject({ error: 'already_reacted' });
    expect(front.messages('C0OPS')[0]?.reactions).toEqual([{ name: 'eyes', userIds: [front.botUserId] }]);
  });
});

test('a lenient front lets all this pass', async () => {
  const lenient = await createSlackFront({ mode: 'http', world, page: false, strict: false });
  const anyone = connect(lenient, 'xoxb-made-up');
  await anyone.chat.postMessage({ channel: 'C0SEC', text: 'in', blocks: [{ type: 'nonsense' }] });
  expect(lenient.messages('C0SEC')).toHaveLength(1);
  await lenient.stop();
});
