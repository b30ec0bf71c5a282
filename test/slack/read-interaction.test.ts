/** Where a press was made, read from what the pretend Slack sends for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront, type StoredMessage } from '../../sandbox/slack/front.ts';
import { readPress } from '../../src/slack/read-interaction.ts';
import { value } from './card-desk.ts';
import { world } from './desk.ts';

let front: SlackFront;
beforeAll(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false });
});
afterAll(() => front.stop());

const blocks = [
  {
    type: 'actions',
    elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' }, value }],
  },
];
const withButton = (message: StoredMessage): StoredMessage => ({ ...message, blocks });
const press = (message: StoredMessage, changed: object = {}) => {
  const { payload } = front.build.click('U0ANN', withButton(message), { actionId: 'go' });
  return readPress({ ...payload, ...changed }, front.teamId);
};

describe('the thread of a press', () => {
  it('is none on a message that nobody replied to', async () => {
    expect(press(await front.say('U0ANN', 'C0OPS', 'alone'))?.click?.place).toEqual({
      kind: 'channel',
      team: front.teamId,
      channel: 'C0OPS',
    });
  });

  it('is none on the first message of a thread either, though Slack names it as its own thread', async () => {
    const root = await front.say('U0ANN', 'C0OPS', 'root');
    await front.say('U0BEN', 'C0OPS', 'looking', { threadTs: root.ts });
    const container = { type: 'message', message_ts: root.ts, channel_id: 'C0OPS', thread_ts: root.ts };
    for (const read of [press(root), press(root, { container })]) {
      expect(read?.click?.place).not.toHaveProperty('thread');
      expect(read?.target.thread).toBeNull();
    }
  });

  it('is the first message of its thread on a reply', async () => {
    const root = await front.say('U0ANN', 'C0OPS', 'root');
    const reply = await front.say('U0BEN', 'C0OPS', 'reply', { threadTs: root.ts });
    expect(press(reply)?.click?.place).toMatchObject({ thread: root.ts });
    expect(press(reply)?.target.thread).toBe(root.ts);
  });
});
