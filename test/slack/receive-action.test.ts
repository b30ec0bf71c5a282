import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toActionValue } from '../../src/blocks/action-id.ts';
import { AcuopsError } from '../../src/errors.ts';
import { type Click, createActionList, type Submission } from '../../src/operations/action.ts';
import type { AccessReader } from '../../src/operations/ports.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { eventually, startDesk, type TestDesk, type TestDeskOptions } from './desk.ts';

let desk: TestDesk;
afterEach(() => desk.stop());

const cardId = '0199f2aa-7c1e-7000-8000-000000000001';
const value = toActionValue({ cardId, version: 3, targetKey: 'heritage' });
const button = (actionId: string, carried = value): object => ({
  type: 'button',
  action_id: actionId,
  text: { type: 'plain_text', text: actionId },
  value: carried,
});
const plainText = (text: string) => ({ type: 'plain_text', text });

const form = {
  type: 'modal',
  callback_id: 'acuops:health:note',
  private_metadata: value,
  title: plainText('Note'),
  submit: plainText('Save'),
  blocks: [
    {
      type: 'input',
      block_id: 'client',
      label: plainText('Client'),
      element: {
        type: 'static_select',
        action_id: 'acuops:health:note-client',
        options: [{ text: plainText('Heritage'), value: 'heritage' }],
      },
    },
    {
      type: 'input',
      block_id: 'note',
      label: plainText('Note'),
      element: { type: 'plain_text_input', action_id: 'acuops:health:note-text' },
    },
  ],
};

const seen: { clicks: Click[]; submissions: Submission[] } = { clicks: [], submissions: [] };
const ask = (verb: string, input: unknown = {}) => ({ kind: 'ask', verb, input }) as const;

const actions = createActionList(
  [
    {
      kind: 'ask',
      id: 'acuops:health:again',
      toCall: async (click) => {
        seen.clicks.push(click);
        return { ...ask('work', { name: click.targetKey }), onCard: 'take-over' };
      },
    },
    {
      kind: 'ask',
      id: 'acuops:health:claim',
      toCall: async () => ({ ...ask('forbidden'), onCard: 'decide' }),
    },
    { kind: 'ask', id: 'acuops:health:ping', toCall: async () => ({ ...ask('ping'), onCard: 'leave' }) },
    {
      kind: 'show',
      id: 'acuops:health:details',
      title: 'Details',
      toCall: async () => ({ ...ask('ping'), onCard: 'leave' }),
    },
    {
      kind: 'view',
      id: 'acuops:health:note',
      title: 'Note',
      render: async (_click, access) =>
        access.grants.length > 0 ? { kind: 'modal', view: form } : refuse('denied', 'No role, no note.'),
    },
  ],
  [
    {
      callbackId: 'acuops:health:note',
      faultBlock: 'note',
      toCall: async (submission) => {
        seen.submissions.push(submission);
        const note = submission.values['note'];
        if (note === 'rude') return { kind: 'faulty', faults: { note: 'Say it nicely.' } };
        if (note === 'usage') return refuse('usage', '`text`: is empty.\nUsage: `/acuops note`');
        return { ...ask(note === 'denied' ? 'forbidden' : 'ping', { text: note }), onCard: 'leave' };
      },
    },
  ],
);

const access: AccessReader = {
  readGrants: (actor) =>
    Promise.resolve(actor.user === 'U0ANN' ? [{ role: 'operator', targetIds: null }] : []),
  readAudience: () => Promise.resolve({ kind: 'team' }),
};

const open = async (mode: 'http' | 'socket', options: TestDeskOptions = {}): Promise<string> => {
  seen.clicks.length = 0;
  seen.submissions.length = 0;
  desk = await startDesk(mode, { actions, access, ...options });
  const posted = await desk.slack.clients.cards.apiCall('chat.postMessage', {
    channel: 'C0OPS',
    text: 'card',
    blocks: [
      {
        type: 'actions',
        elements: [
          ...['again', 'claim', 'ping', 'details', 'note', 'gone'].map((name) =>
            button(`acuops:health:${name}`),
          ),
          button('elsewhere'),
        ],
      },
    ],
  });
  return z.object({ ts: z.string() }).parse(posted).ts;
};
const press = (ts: string, name: string, user = 'U0ANN', options = {}) =>
  desk.front.click(user, 'C0OPS', ts, { actionId: `acuops:health:${name}` }, options);
const whispered = (user = 'U0ANN', mostMs?: number): Promise<string> =>
  eventually(() => desk.front.ephemerals(user).at(-1)?.text, mostMs);

describe.each(['http', 'socket'] as const)('a press in %s mode', (mode) => {
  it('passes the door with the card’s id and version before it is acknowledged, and says nothing the card shows', async () => {
    const ts = await open(mode);
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    let acknowledged = false;
    const acks = press(ts, 'again').then((all) => {
      acknowledged = true;
      return all;
    });
    const call = await eventually(() => desk.pretend.calls[0]);
    expect(acknowledged).toBe(false);
    written.resolve();
    expect((await acks)[0]).toMatchObject({ kind: 'answered' });
    expect(call).toMatchObject({
      verb: 'work',
      input: { name: 'heritage' },
      actor: { team: desk.front.teamId, user: 'U0ANN' },
      place: { kind: 'channel', channel: 'C0OPS' },
      card: { id: cardId, version: 3, takeOver: true },
    });
    expect(call.deliveryKey).toMatch(/^slack:trigger:/u);
    await desk.slack.running.settled(2_000);
    expect(desk.front.ephemerals('U0ANN')).toEqual([]);
  });

  it('replayed is one request, pressed twice is two with one version', async () => {
    const ts = await open(mode);
    await press(ts, 'again', 'U0ANN', { times: 3, replay: true });
    expect(desk.pretend.carriedOut()).toBe(1);
    await press(ts, 'again', 'U0BEN', { times: 2 });
    expect(desk.pretend.carriedOut()).toBe(3);
    expect(new Set(desk.pretend.calls.map((call) => call.card?.version))).toEqual(new Set([3]));
  });

  it('that is refused tells the presser alone', async () => {
    const ts = await open(mode);
    await press(ts, 'claim');
    expect(await whispered()).toContain('You may not.');
    expect(desk.front.ephemerals('U0BEN')).toEqual([]);
    expect(desk.pretend.calls[0]?.card).toEqual({ id: cardId, version: 3, takeOver: false });
  });

  it('that opens a window opens it at once and fills it by the presser’s own rights', async () => {
    const ts = await open(mode);
    await press(ts, 'note');
    await eventually(() =>
      desk.front.openViews('U0ANN').find((view) => view.callbackId === 'acuops:health:note'),
    );
    await press(ts, 'note', 'U0BEN');
    const denied = await eventually(() =>
      desk.front.openViews('U0BEN').find((view) => JSON.stringify(view.blocks).includes('No role, no note.')),
    );
    expect(denied.callbackId).toBe('');
  });

  it('that shows an answer asks the door for it', async () => {
    const ts = await open(mode);
    await press(ts, 'details');
    await eventually(() =>
      desk.front.openViews('U0ANN').find((view) => JSON.stringify(view.blocks).includes('pong')),
    );
    expect(desk.pretend.calls[0]).toMatchObject({ verb: 'ping' });
    expect(desk.pretend.calls[0]).not.toHaveProperty('card');
  });

  it('sends a form through the door, in the place where it was opened', async () => {
    const ts = await open(mode);
    await press(ts, 'note');
    const view = await eventually(() =>
      desk.front.openViews('U0ANN').find((one) => one.callbackId === 'acuops:health:note'),
    );
    const send = (note: string) =>
      desk.front.submitView('U0ANN', view, {
        client: { 'acuops:health:note-client': 'heritage' },
        note: { 'acuops:health:note-text': note },
      });
    const [faulty] = await send('rude');
    expect(faulty?.body).toEqual({ response_action: 'errors', errors: { note: 'Say it nicely.' } });
    const [usage] = await send('usage');
    expect(usage?.body).toEqual({ response_action: 'errors', errors: { note: 'text: is empty.' } });
    expect(usage?.problem).toBeUndefined();
    const [good] = await send('called them');
    expect(good?.kind).toBe('answered');
    expect(['', '{}']).toContain(good?.body === '' ? '' : JSON.stringify(good?.body));
    expect(desk.front.openViews('U0ANN')).toEqual([]);
    expect(desk.pretend.calls).toHaveLength(1);
    expect(desk.pretend.calls[0]).toMatchObject({
      verb: 'ping',
      input: { text: 'called them' },
      place: { channel: 'C0OPS', team: desk.front.teamId },
    });
    expect(seen.submissions.at(-1)).toMatchObject({
      memo: value,
      card: { id: cardId, version: 3 },
      values: { client: 'heritage', note: 'called them' },
    });
    expect(await whispered()).toContain('pong');
  });

  it('shows a refused form’s words in the window', async () => {
    const ts = await open(mode);
    await press(ts, 'note');
    const view = await eventually(() =>
      desk.front.openViews('U0ANN').find((one) => one.callbackId === 'acuops:health:note'),
    );
    const [ack] = await desk.front.submitView('U0ANN', view, {
      client: { 'acuops:health:note-client': 'heritage' },
      note: { 'acuops:health:note-text': 'denied' },
    });
    expect(ack?.body).toMatchObject({ response_action: 'update' });
    expect(JSON.stringify(ack?.body)).toContain('You may not.');
    expect(ack?.problem).toBeUndefined();
  });
});

describe('a press that cannot be trusted', () => {
  it('carries the person’s own team to the door, not ours', async () => {
    const ts = await open('http');
    await desk.front.click('U0EVE', 'C0OPS', ts, { actionId: 'acuops:health:again' });
    expect(desk.pretend.calls[0]?.actor).toEqual({ team: 'T0OTHER', user: 'U0EVE' });
    expect(desk.pretend.calls[0]?.place.team).toBe(desk.front.teamId);
  });

  it.each([
    '{}',
    'not json',
    '{"c":"x"}',
    `{"c":"${cardId}","v":-1}`,
    `{"c":"${cardId}","v":3,"admin":true}`,
  ])('with the forged value %s does nothing and says so', async (forged) => {
    const ts = await open('http');
    const [ack] = await desk.front.click('U0ANN', 'C0OPS', ts, {
      actionId: 'acuops:health:again',
      value: forged,
    });
    expect(ack?.kind).toBe('answered');
    expect(await whispered()).toMatch(/does not know that button\. Nothing was done/u);
    expect(desk.pretend.calls).toEqual([]);
    expect(seen.clicks).toEqual([]);
  });

  it('of an action nobody declares is explained, of another app’s only acknowledged', async () => {
    const ts = await open('http');
    await press(ts, 'gone');
    expect(await whispered()).toMatch(/does not know that button/u);
    const count = desk.front.ephemerals('U0ANN').length;
    const [ack] = await desk.front.click('U0ANN', 'C0OPS', ts, { actionId: 'elsewhere' });
    expect(ack?.kind).toBe('answered');
    await desk.slack.running.settled(1_000);
    expect(desk.front.ephemerals('U0ANN')).toHaveLength(count);
  });

  it('and a form with a forged memo reaches nothing', async () => {
    const ts = await open('http');
    await press(ts, 'note');
    const view = await eventually(() =>
      desk.front.openViews('U0ANN').find((one) => one.callbackId === 'acuops:health:note'),
    );
    const { payload } = desk.front.build.submission('U0ANN', view, {});
    const forged = { ...payload, view: { ...(payload['view'] as object), private_metadata: 'nonsense' } };
    const ack = await desk.front.deliver('interaction', forged);
    expect(JSON.stringify(ack.body)).toMatch(/does not know that form/u);
    expect(desk.pretend.calls).toEqual([]);
  });
});

describe('a press while something is away', () => {
  const away = new AcuopsError({ code: 'store-unavailable', message: 'gone', say: 'gone' });

  it('of the store is answered at once', async () => {
    const ts = await open('http');
    desk.pretend.setBefore(() => Promise.reject(away));
    const [ack] = await press(ts, 'again');
    expect(ack?.kind).toBe('answered');
    expect(await whispered()).toMatch(/nothing was started/u);
  });

  it('and slow, is told twice: that it is late, and the end', async () => {
    const ts = await open('http', { withinMs: 100 });
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    const [ack] = await press(ts, 'ping');
    expect(ack?.kind).toBe('answered');
    expect(await whispered()).toMatch(/slow to write down/u);
    written.resolve();
    await eventually(() => desk.front.ephemerals('U0ANN').at(-1)?.text.includes('pong'));
  });

  it('of the response URL is told by a message to the presser', async () => {
    const ts = await open('http');
    desk.front.faults.serverError('response_url');
    await press(ts, 'claim');
    await eventually(() => desk.front.ephemerals('U0ANN').find((one) => one.via === 'method'));
  });

  it('of the window is told beside the card', async () => {
    const ts = await open('http');
    desk.front.faults.serverError('views.open');
    await press(ts, 'note');
    expect(await whispered()).toMatch(/could not be opened in time/u);
  });
});
