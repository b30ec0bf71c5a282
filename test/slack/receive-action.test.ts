import { afterEach, describe, expect, it } from 'vitest';
import { type CardDesk, cardId, seen, startCardDesk, value } from './card-desk.ts';
import { eventually } from './desk.ts';

let desk: CardDesk;
afterEach(() => desk.stop());

describe.each(['http', 'socket'] as const)('a press in %s mode', (mode) => {
  it('passes the door with the card’s id and version before it is acknowledged, and says nothing the card shows', async () => {
    desk = await startCardDesk(mode);
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    let acknowledged = false;
    const acks = desk.press('again').then((all) => {
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
    desk = await startCardDesk(mode);
    await desk.press('again', 'U0ANN', { times: 3, replay: true });
    expect(desk.pretend.carriedOut()).toBe(1);
    await desk.press('again', 'U0BEN', { times: 2 });
    expect(desk.pretend.carriedOut()).toBe(3);
    expect(new Set(desk.pretend.calls.map((call) => call.card?.version))).toEqual(new Set([3]));
  });

  it('that is refused tells the presser alone', async () => {
    desk = await startCardDesk(mode);
    await desk.press('claim');
    expect(await desk.whispered()).toContain('You may not.');
    expect(desk.front.ephemerals('U0BEN')).toEqual([]);
    expect(desk.pretend.calls[0]?.card).toEqual({ id: cardId, version: 3, takeOver: false });
  });

  it('that opens a window opens it at once and fills it by the presser’s own rights', async () => {
    desk = await startCardDesk(mode);
    await desk.press('note');
    await eventually(() =>
      desk.front.openViews('U0ANN').find((view) => view.callbackId === 'acuops:health:note'),
    );
    await desk.press('note', 'U0BEN');
    const denied = await eventually(() =>
      desk.front.openViews('U0BEN').find((view) => JSON.stringify(view.blocks).includes('No role, no note.')),
    );
    expect(denied.callbackId).toBe('');
  });

  it('that shows an answer asks the door for it', async () => {
    desk = await startCardDesk(mode);
    await desk.press('details');
    await eventually(() =>
      desk.front.openViews('U0ANN').find((view) => JSON.stringify(view.blocks).includes('pong')),
    );
    expect(desk.pretend.calls[0]).toMatchObject({ verb: 'ping' });
    expect(desk.pretend.calls[0]).not.toHaveProperty('card');
  });

  it('sends a form through the door, in the place where it was opened', async () => {
    desk = await startCardDesk(mode);
    await desk.press('note');
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
      // A form counts as pressed, on the card that its window was opened from.
      pressed: cardId,
    });
    expect(seen.submissions.at(-1)).toMatchObject({
      memo: value,
      card: { id: cardId, version: 3 },
      values: { client: 'heritage', note: 'called them' },
    });
    expect(await desk.whispered()).toContain('pong');
  });

  it('shows a refused form’s words in the window', async () => {
    desk = await startCardDesk(mode);
    await desk.press('note');
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
