import { afterEach, describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { type CardDesk, cardId, seen, startCardDesk } from './card-desk.ts';
import { eventually } from './desk.ts';

let desk: CardDesk;
afterEach(() => desk.stop());

describe('a press that cannot be trusted', () => {
  it('carries the person’s own team to the door, not ours', async () => {
    desk = await startCardDesk('http');
    await desk.front.click('U0EVE', 'C0OPS', desk.ts, { actionId: 'acuops:health:again' });
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
    desk = await startCardDesk('http');
    const [ack] = await desk.front.click('U0ANN', 'C0OPS', desk.ts, {
      actionId: 'acuops:health:again',
      value: forged,
    });
    expect(ack?.kind).toBe('answered');
    expect(await desk.whispered()).toMatch(/does not know that button\. Nothing was done/u);
    expect(desk.pretend.calls).toEqual([]);
    expect(seen.clicks).toEqual([]);
  });

  it('of an action nobody declares is explained, of another app’s only acknowledged', async () => {
    desk = await startCardDesk('http');
    await desk.press('gone');
    expect(await desk.whispered()).toMatch(/does not know that button/u);
    const count = desk.front.ephemerals('U0ANN').length;
    const [ack] = await desk.front.click('U0ANN', 'C0OPS', desk.ts, { actionId: 'elsewhere' });
    expect(ack?.kind).toBe('answered');
    await desk.slack.running.settled(1_000);
    expect(desk.front.ephemerals('U0ANN')).toHaveLength(count);
  });

  it('and a form with a forged memo reaches nothing', async () => {
    desk = await startCardDesk('http');
    await desk.press('note');
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
    desk = await startCardDesk('http');
    desk.pretend.setBefore(() => Promise.reject(away));
    const [ack] = await desk.press('again');
    expect(ack?.kind).toBe('answered');
    expect(await desk.whispered()).toMatch(/nothing was started/u);
  });

  it('and slow, is told twice: that it is late, and the end', async () => {
    desk = await startCardDesk('http', { withinMs: 100 });
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    const [ack] = await desk.press('ping');
    expect(ack?.kind).toBe('answered');
    expect(await desk.whispered()).toMatch(/slow to write down/u);
    written.resolve();
    await eventually(() => desk.front.ephemerals('U0ANN').at(-1)?.text.includes('pong'));
  });

  it('of the response URL is told by a message to the presser', async () => {
    desk = await startCardDesk('http');
    desk.front.faults.serverError('response_url');
    await desk.press('claim');
    const told = await eventually(() => desk.front.ephemerals('U0ANN').find((one) => one.via === 'method'));
    expect(told.text).toContain('You may not.');
  });

  it('of the window is told beside the card', async () => {
    desk = await startCardDesk('http');
    desk.front.faults.serverError('views.open');
    await desk.press('note');
    expect(await desk.whispered()).toMatch(/could not be opened in time/u);
  });
});
