// The page of local-slack shows what the front holds, and what a person does there reaches the bot through the front.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { hasLocalSlack } from '../../../sandbox/slack/local-slack.ts';
import { type Bot, startBot, until, world } from './bolt-bot.ts';
import { connect } from './web-client.ts';

interface PageMessage {
  readonly ts: string;
  readonly text: string;
  readonly user: string;
  readonly blocks?: readonly { readonly elements?: readonly object[] }[];
  readonly thread_ts?: string;
}

interface PageState {
  readonly modalStack?: readonly { readonly title: { readonly text: string } }[];
}

/** What the page's own socket says. */
interface Said {
  readonly t: string;
  readonly state?: PageState;
  readonly stack?: PageState['modalStack'];
  readonly errors?: Record<string, string>;
  readonly user?: string;
  readonly view?: unknown;
}

test('a platform without local-slack is told so, and how to do without', async () => {
  const real = process.platform;
  Object.defineProperty(process, 'platform', { value: 'sunos' });
  const refused = createSlackFront({ mode: 'http', world });
  await expect(
    refused.finally(() => Object.defineProperty(process, 'platform', { value: real })),
  ).rejects.toThrow(/none for sunos.*page: false/);
});

if (!hasLocalSlack())
  process.stderr.write(`Skipped: npm has no local-slack for ${process.platform}-${process.arch}\n`);

describe.skipIf(!hasLocalSlack())('the page of local-slack', () => {
  let front: SlackFront;
  let bot: Bot;
  let page: WebSocket;
  let pageState: PageState = {};
  let homes: Record<string, unknown> = {};
  let pageErrors: Record<string, string> = {};

  const shown = async (channelId: string): Promise<readonly PageMessage[]> => {
    await front.pageSettled();
    const response = await fetch(`${front.pageUrl}/_control/messages/${channelId}`);
    return ((await response.json()) as { messages: PageMessage[] }).messages;
  };
  const control = (path: string, body: object) =>
    fetch(`${front.pageUrl}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const modals = () => pageState.modalStack ?? [];

  beforeAll(async () => {
    front = await createSlackFront({ mode: 'http', world });
    bot = await startBot(front, 'http');
    page = new WebSocket(`${front.pageUrl.replace('http', 'ws')}/ui`);
    page.addEventListener('message', (message) => {
      const said = JSON.parse(String(message.data)) as Said;
      if (said.t === 'init') pageState = said.state ?? {};
      if (said.t === 'view') pageState = { modalStack: said.stack ?? [] };
      if (said.t === 'home') homes = { ...homes, [said.user ?? '']: said.view };
      if (said.t === 'view_errors') pageErrors = said.errors ?? {};
    });
    await new Promise((resolve) => page.addEventListener('open', resolve));
  });
  afterAll(async () => {
    page.close();
    await bot.stop();
    await front.stop();
  });

  test('listens on this machine only', async () => {
    expect(new URL(front.pageUrl).hostname).toBe('127.0.0.1');
    const html = await (await fetch(front.pageUrl)).text();
    expect(html).toContain('<div id="root">');
  });

  test('shows the card and the receipt of a command that a test sent', async () => {
    await front.command('U0ANN', 'C0OPS', 'health');
    await until(() => front.messages('C0OPS').length === 1, 'the card');
    const texts = (await shown('C0OPS')).map((message) => message.text);
    expect(texts.toSorted()).toEqual(['health', 'taken: health']);
  });

  test('sends a command typed there to the bot, under the name of the person acting', async () => {
    await control('command', { channel: 'C0OPS', user: 'U0BEN', command: '/acuops', text: 'typed' });
    await until(() => front.messages('C0OPS').length === 2, 'the second card');
    expect(bot.heard.at(-1)).toMatchObject({ kind: 'command', text: 'typed' });
    expect(front.ephemerals('U0BEN').at(-1)?.text).toBe('taken: typed');
    expect((await shown('C0OPS')).map((message) => message.text)).toContain('typed');
  });

  test('presses a button there, and the card changes on both sides', async () => {
    const own = (await shown('C0OPS')).find((message) => message.text === 'typed');
    await control('interact', {
      channel: 'C0OPS',
      messageTs: own?.ts,
      user: 'U0BEN',
      action: { type: 'button', action_id: 'approve', value: 'v1' },
    });
    await until(
      () => front.messages('C0OPS').some((message) => message.text === 'approved by U0BEN'),
      'the update',
    );
    const after = (await shown('C0OPS')).find((message) => message.ts === own?.ts);
    expect(after?.text).toBe('approved by U0BEN');
    expect(after?.blocks ?? []).toEqual([]);
  });

  test('fills in a form there: refused, pushed, sent, closed', async () => {
    const card = (await shown('C0OPS')).find((message) => message.text === 'health');
    const action = { type: 'button', action_id: 'ask' };
    await control('interact', { channel: 'C0OPS', messageTs: card?.ts, user: 'U0ANN', action });
    await until(() => modals().length === 1, 'the form on the page');
    expect(modals()[0]?.title.text).toBe('Why');

    const send = (reason: string) =>
      page.send(
        JSON.stringify({ t: 'view_submit', user: 'U0ANN', values: { reason: { text: { value: reason } } } }),
      );
    send('bad');
    await until(() => pageErrors['reason'] === 'not good enough', 'the fault');
    send('more');
    await until(() => modals().at(-1)?.title.text === 'More', 'the second form');
    send('typed there');
    await until(() => modals().at(-1)?.title.text === 'Why', 'the first form again');
    page.send(JSON.stringify({ t: 'view_close', user: 'U0ANN' }));
    await until(() => front.openViews('U0ANN').length === 0, 'the closing');
    expect(bot.heard.filter((one) => one.kind === 'submit').map((one) => one.text)).toEqual([
      'bad',
      'more',
      'typed there',
    ]);
    await until(() => front.messages(front.dm('U0ANN')).length === 1, 'the direct message');
    expect((await shown(front.dm('U0ANN'))).map((message) => message.text)).toEqual(['because typed there']);
  });

  test('asks there before a press that wants it: no is nothing, yes is the press', async () => {
    const plain = (text: string) => ({ type: 'plain_text', text });
    const confirm = {
      title: plain('Ship it?'),
      text: plain('To production of *Heritage*'),
      confirm: plain('Ship'),
      deny: plain('Back'),
    };
    const elements = [
      { type: 'button', action_id: 'approve', text: plain('Approve'), value: 'sure', confirm },
    ];
    await connect(front).apiCall('chat.postMessage', {
      channel: 'C0EXT',
      text: 'shipping',
      blocks: [{ type: 'actions', block_id: 'row', elements }],
    });
    const message = () => front.messages('C0EXT').find((one) => one.blocks[0]?.['block_id'] === 'row');
    const approvals = () => bot.heard.filter((one) => one.kind === 'approve' && one.text === 'sure').length;
    const press = async () => {
      const own = (await shown('C0EXT')).find((one) => one.text === 'shipping');
      const action = { type: 'button', action_id: 'approve', block_id: 'row', value: 'sure' };
      await control('interact', { channel: 'C0EXT', messageTs: own?.ts, user: 'U0ANN', action });
      await until(() => modals().length === 1, 'the question');
    };

    await press();
    expect(modals()[0]).toMatchObject({
      title: plain('Ship it?'),
      submit: plain('Ship'),
      close: plain('Back'),
      blocks: [{ text: plain('To production of *Heritage*') }],
    });
    page.send(JSON.stringify({ t: 'view_close', user: 'U0ANN' }));
    await until(() => modals().length === 0, 'the question gone');
    await press();
    // Of two questions one was answered with no: only this one is pressed.
    expect(approvals()).toBe(0);
    page.send(JSON.stringify({ t: 'view_submit', user: 'U0ANN', values: {} }));
    await until(() => message() === undefined, 'the update');
    expect(approvals()).toBe(1);
    await until(() => modals().length === 0, 'the window closed');

    // A test presses without the page: it has answered already.
    await connect(front).apiCall('chat.postMessage', {
      channel: 'C0EXT',
      text: 'shipping again',
      blocks: [{ type: 'actions', block_id: 'row', elements }],
    });
    await front.click('U0ANN', 'C0EXT', message()?.ts ?? '', { actionId: 'approve' });
    expect(approvals()).toBe(2);
    await until(() => message() === undefined, 'the second update');
  });

  test('shows what people say once, wherever they said it, and threads the answers', async () => {
    await front.mention('U0ANN', 'C0OPS', 'from a test');
    await control('message', {
      channel: 'C0OPS',
      user: 'U0BEN',
      text: `<@${front.botUserId}> from the page`,
    });
    await until(() => bot.heard.filter((one) => one.kind === 'mention').length === 2, 'both mentions');
    const said = front.messages('C0OPS').filter((message) => message.text.includes('from '));
    expect(said.map((message) => message.userId)).toEqual(['U0ANN', 'U0BEN']);
    await until(() => said.every((root) => front.thread('C0OPS', root.ts).length === 2), 'both answers');
    const page = await shown('C0OPS');
    const roots = page.filter((message) => message.text.includes('from '));
    expect(roots).toHaveLength(2);
    // Which of the two the bot answers first is open.
    const answered = page.filter((message) => message.text === 'yes?').map((message) => message.thread_ts);
    expect(answered).toHaveLength(2);
    expect(new Set(answered)).toEqual(new Set(roots.map((message) => message.ts)));
  });

  test('shows the home that the bot published, and hears it opened', async () => {
    bot.app.event('app_home_opened', async ({ event, client }) => {
      const blocks = [{ type: 'header' as const, text: { type: 'plain_text' as const, text: 'At home' } }];
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
    });
    page.send(JSON.stringify({ t: 'open_home', user: 'U0BEN' }));
    await until(() => homes['U0BEN'] !== undefined, 'the home on the page');
    expect(JSON.stringify(homes['U0BEN'])).toContain('At home');
    expect(front.home('U0BEN')?.blocks).toHaveLength(1);
  });

  test('says in the page that the bot does not answer', async () => {
    const silent = await createSlackFront({ mode: 'http', world, ackTimeoutMs: 100 });
    await fetch(`${silent.pageUrl}/_control/command`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'C0OPS', user: 'U0BEN', command: '/acuops', text: 'health' }),
    });
    await silent.pageSettled();
    const answer = await fetch(`${silent.pageUrl}/_control/messages/C0OPS`);
    expect(JSON.stringify(await answer.json())).toContain('did not answer in time (unreachable)');
    await silent.stop();
    await expect(fetch(silent.pageUrl)).rejects.toThrow(/fetch failed/);
  });

  test('starts afresh with the front', async () => {
    await front.reset();
    expect(await shown('C0OPS')).toEqual([]);
    await front.command('U0ANN', 'C0OPS', 'again');
    await until(() => front.messages('C0OPS').length === 1, 'the card');
    expect(await shown('C0OPS')).toHaveLength(2);
  });
});
