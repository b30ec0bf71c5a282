// Forms and response URLs are as short-lived, limited and separate per person as Slack's.
import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSlackFront, type SlackFront } from '../../../sandbox/slack/front.ts';
import { card, form, world } from './bolt-bot.ts';
import { connect, refusalOf } from './web-client.ts';

let front: SlackFront;
let client: WebClient;
let nowMs = 1_795_000_000_000;
beforeAll(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false, now: () => nowMs });
  client = connect(front);
});
beforeEach(() => front.reset());
afterAll(() => front.stop());

/** A trigger id as a command would bring it. */
const triggerFor = (userId: string): string =>
  String(front.build.command(userId, 'C0OPS', '/acuops', '').payload['trigger_id']);

describe('forms', () => {
  test('opens one form per trigger, within three seconds', async () => {
    const trigger = triggerFor('U0ANN');
    await client.views.open({ trigger_id: trigger, view: form() });
    expect(await refusalOf(client.views.open({ trigger_id: trigger, view: form() }))).toMatchObject({
      error: 'exchanged_trigger_id',
    });
    const late = triggerFor('U0ANN');
    nowMs += 3001;
    expect(await refusalOf(client.views.open({ trigger_id: late, view: form() }))).toMatchObject({
      error: 'expired_trigger_id',
    });
    expect(await refusalOf(client.views.open({ trigger_id: 'made.up', view: form() }))).toMatchObject({
      error: 'invalid_trigger_id',
    });
  });

  test('keeps the id of a form through updates and refuses an old hash', async () => {
    const { view } = await client.views.open({ trigger_id: triggerFor('U0ANN'), view: form() });
    const update = (title: string, hash?: string) =>
      client.views.update({ view_id: view?.id ?? '', view: form(title), ...(hash ? { hash } : {}) });
    const second = await update('Second', view?.hash);
    expect(second.view?.id).toBe(view?.id);
    expect(second.view?.hash).not.toBe(view?.hash);
    expect(await refusalOf(update('Third', view?.hash))).toMatchObject({ error: 'hash_conflict' });
    expect(front.openViews('U0ANN').map((one) => one.title)).toEqual(['Second']);
    expect(await refusalOf(client.views.update({ view_id: 'V0NONE', view: form() }))).toMatchObject({
      error: 'not_found',
    });
  });

  test('stacks three forms per person and no more', async () => {
    await client.views.open({ trigger_id: triggerFor('U0ANN'), view: form('1') });
    await client.views.open({ trigger_id: triggerFor('U0BEN'), view: form('his') });
    await client.views.push({ trigger_id: triggerFor('U0ANN'), view: form('2') });
    await client.views.push({ trigger_id: triggerFor('U0ANN'), view: form('3') });
    const fourth = client.views.push({ trigger_id: triggerFor('U0ANN'), view: form('4') });
    expect(await refusalOf(fourth)).toMatchObject({ error: 'push_limit_reached' });
    expect(front.openViews('U0ANN').map((one) => one.title)).toEqual(['1', '2', '3']);
    expect(front.openViews('U0BEN').map((one) => one.title)).toEqual(['his']);
  });

  test('refuses a form that Slack would refuse, without spending the trigger', async () => {
    const trigger = triggerFor('U0ANN');
    const wrong = { ...form('A title that is far too long for a modal'), private_metadata: 'x'.repeat(3001) };
    const refusal = await refusalOf(client.views.open({ trigger_id: trigger, view: wrong }));
    expect(refusal.error).toBe('invalid_arguments');
    expect(refusal.response_metadata?.messages?.join(' ')).toMatch(/private_metadata.*title/);
    await client.views.open({ trigger_id: trigger, view: form() });
  });

  test('publishes a home for one person', async () => {
    const view = { type: 'home' as const, blocks: [{ type: 'divider' as const }] };
    await client.views.publish({ user_id: 'U0ANN', view });
    expect(front.home('U0ANN')?.blocks).toHaveLength(1);
    expect(front.home('U0BEN')).toBeUndefined();
  });
});

describe('response urls', () => {
  const answer = (url: unknown, body: object) =>
    fetch(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('work five times, for thirty minutes', async () => {
    const url = front.build.command('U0ANN', 'C0OPS', '/acuops', '').payload['response_url'];
    for (const text of ['1', '2', '3', '4']) expect((await answer(url, { text })).status).toBe(200);
    expect((await answer(url, { text: 'all', response_type: 'in_channel' })).status).toBe(200);
    const sixth = await answer(url, { text: '6' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
    expect(front.ephemerals('U0ANN').map((one) => one.text)).toEqual(['1', '2', '3', '4']);
    expect(front.messages('C0OPS').map((one) => one.text)).toEqual(['all']);
    const other = front.build.command('U0ANN', 'C0OPS', '/acuops', '').payload['response_url'];
    nowMs += 30 * 60 * 1000 + 1;
    expect(await (await answer(other, { text: 'late' })).json()).toEqual({ ok: false, error: 'expired_url' });
  });

  test('replace and delete what was clicked', async () => {
    await client.chat.postMessage({ channel: 'C0OPS', text: 'pick', blocks: card('pick') }); // oxlint-disable-line unicorn/require-post-message-target-origin
    const [message] = front.messages('C0OPS');
    if (!message) throw new Error('no message');
    const { payload } = front.build.click('U0ANN', message, { actionId: 'approve' });
    await answer(payload['response_url'], { replace_original: true, text: 'picked' });
    expect(front.messages('C0OPS')[0]?.text).toBe('picked');
    await answer(payload['response_url'], { delete_original: true });
    expect(front.messages('C0OPS')).toEqual([]);
  });
});
