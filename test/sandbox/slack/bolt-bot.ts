// A small real Bolt app for the front's own tests: a command that posts a card, a button that updates it, a form, and
// a mention that answers. It stands for the desk, which has tests of its own.
import type { Server } from 'node:http';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { SlackFront } from '../../../sandbox/slack/front.ts';

export const world = {
  people: [
    { id: 'U0ANN', name: 'Ann Arbour', email: 'ann@example.test' },
    { id: 'U0BEN', name: 'Ben Bold' },
    { id: 'U0EXT', name: 'Eve Other', teamId: 'T0OTHER', email: 'eve@other.test' },
  ],
  channels: [
    { id: 'C0OPS', name: 'ops', memberIds: ['U0ANN', 'U0BEN'], botIsMember: true },
    { id: 'C0OUT', name: 'lobby', memberIds: ['U0ANN'], botIsMember: false },
    { id: 'C0SEC', name: 'secret', isPrivate: true, memberIds: ['U0ANN'], botIsMember: false },
    { id: 'C0EXT', name: 'shared', isExtShared: true, memberIds: ['U0ANN', 'U0EXT'], botIsMember: true },
  ],
  userGroups: [{ id: 'S0CALL', handle: 'on-call', userIds: ['U0ANN'] }],
};

export const card = (text: string, value = 'v1') => [
  { type: 'section', text: { type: 'mrkdwn', text } },
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'approve', text: { type: 'plain_text' as const, text: 'Approve' }, value },
      { type: 'button', action_id: 'ask', text: { type: 'plain_text' as const, text: 'Ask' } },
    ],
  },
];

export const form = (title = 'Why') => ({
  type: 'modal' as const,
  callback_id: 'why',
  private_metadata: 'kept',
  title: { type: 'plain_text' as const, text: title },
  submit: { type: 'plain_text' as const, text: 'Send' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'reason',
      label: { type: 'plain_text' as const, text: 'Reason' },
      element: { type: 'plain_text_input' as const, action_id: 'text' },
    },
  ],
});

export interface Heard {
  readonly kind: string;
  readonly triggerId?: string;
  readonly text?: string;
  readonly eventId?: string;
  readonly retryNum?: number | undefined;
}

export interface Bot {
  readonly heard: Heard[];
  readonly app: App;
  readonly stop: () => Promise<void>;
}

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Starts it and joins it to the front, in the front's mode. */
export const startBot = async (
  front: SlackFront,
  mode: 'http' | 'socket',
  pingTimeoutMs = 5000,
): Promise<Bot> => {
  const clientOptions = {
    slackApiUrl: front.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  };
  const shared = { token: front.botToken, clientOptions, logger: quiet, tokenVerificationEnabled: false };
  const receiver = () =>
    new SocketModeReceiver({
      appToken: front.appToken,
      clientPingTimeout: pingTimeoutMs,
      logger: quiet,
      installerOptions: { clientOptions },
    });
  const app = new App(
    mode === 'http' ? { ...shared, signingSecret: front.signingSecret } : { ...shared, receiver: receiver() },
  );
  const heard: Heard[] = [];

  /* oxlint-disable unicorn/require-post-message-target-origin -- Slack's postMessage, not a window's */
  app.command('/acuops', async ({ command, ack, client, respond }) => {
    heard.push({ kind: 'command', triggerId: command.trigger_id, text: command.text });
    if (command.text === 'sleep') return;
    if (command.text === 'whisper') {
      await ack();
      await respond({ text: 'only you' });
      return;
    }
    await ack(command.text === 'quiet' ? undefined : { text: `taken: ${command.text}` });
    await client.chat.postMessage({
      channel: command.channel_id,
      text: command.text,
      blocks: card(command.text),
    });
  });
  app.action('approve', async ({ ack, body, client, action }) => {
    if (body.type !== 'block_actions') return;
    heard.push({
      kind: 'approve',
      triggerId: body.trigger_id,
      text: 'value' in action ? action.value : '',
    });
    await ack();
    const ts: unknown = body.message?.['ts'];
    await client.chat.update({
      channel: body.channel?.id ?? '',
      ts: String(ts),
      text: `approved by ${body.user.id}`,
    });
  });
  app.action('ask', async ({ ack, body, client }) => {
    if (body.type !== 'block_actions') return;
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: form() });
  });
  app.view('why', async ({ ack, view, body, client }) => {
    const reason = view.state.values['reason']?.['text']?.value ?? '';
    heard.push({ kind: 'submit', text: reason });
    if (reason === 'bad') return ack({ response_action: 'errors', errors: { reason: 'not good enough' } });
    if (reason === 'more') return ack({ response_action: 'push', view: form('More') });
    await ack();
    await client.chat.postMessage({ channel: body.user.id, text: `because ${reason}` });
  });
  app.event('app_mention', async ({ event, client, body, context }) => {
    heard.push({ kind: 'mention', text: event.text, eventId: body.event_id, retryNum: context.retryNum });
    await client.chat.postMessage({
      channel: event.channel,
      text: 'yes?',
      thread_ts: event.thread_ts ?? event.ts,
    });
  });

  /* oxlint-enable */

  if (mode === 'http') {
    const server = await app.start({ port: 0, host: '127.0.0.1' });
    const address = (server as Server).address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await front.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  } else {
    await app.start();
    await front.connected();
  }
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await app.stop();
  };
  return { heard, app, stop };
};

/** Waits until something holds; a bot answers Slack first and works afterwards. */
export const until = async (holds: () => boolean, what: string, timeoutMs = 5000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
