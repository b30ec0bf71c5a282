import { afterEach, describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { eventually, startDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
afterEach(() => desk.stop());

describe.each(['http', 'socket'] as const)('a mention in %s mode', (mode) => {
  it('is the same line as the slash command, in its thread', async () => {
    desk = await startDesk(mode);
    const root = await desk.front.say('U0ANN', 'C0OPS', 'look');
    await desk.front.mention('U0ANN', 'C0OPS', `<@${desk.front.botUserId}> work heritage —loud`, {
      threadTs: root.ts,
    });
    expect(desk.pretend.calls[0]).toMatchObject({
      verb: 'work',
      input: { name: 'heritage', loud: true },
      actor: { team: desk.front.teamId, user: 'U0ANN' },
      place: { kind: 'channel', channel: 'C0OPS', thread: root.ts },
    });
    expect(desk.pretend.calls[0]?.deliveryKey).toMatch(/^slack:event:Ev/u);
    const told = await eventually(() => desk.front.ephemerals('U0ANN')[0]);
    expect(told).toMatchObject({ via: 'method', threadTs: root.ts });
    expect(told.text).toContain('7F3K2M');
  });

  it('is acknowledged only after its listener ended', async () => {
    desk = await startDesk(mode);
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    let acknowledged = false;
    const acks = desk.front.mention('U0ANN', 'C0OPS', 'ping').then((all) => {
      acknowledged = true;
      return all;
    });
    await eventually(() => desk.pretend.calls.length === 1);
    await new Promise((resolve) => {
      setTimeout(resolve, 150);
    });
    expect(acknowledged).toBe(false);
    written.resolve();
    expect((await acks)[0]).toMatchObject({ kind: 'answered', attempts: 1 });
  });

  it('that could not be written is not acknowledged: Slack brings it again and it is done once', async () => {
    desk = await startDesk(mode, { ackTimeoutMs: 500 });
    let times = 0;
    desk.pretend.setBefore(() => {
      times += 1;
      if (times < 3)
        throw new AcuopsError({ code: 'store-unavailable', message: 'gone', say: 'gone', retryable: true });
    });
    const [ack] = await desk.front.mention('U0ANN', 'C0OPS', 'work', {});
    // A socket's event is tried again when Slack's patience ends, over HTTP at once.
    expect(ack).toMatchObject({ kind: 'answered', attempts: 3 });
    expect(desk.pretend.carriedOut()).toBe(1);
    const told = await eventually(
      () => desk.front.ephemerals('U0ANN').at(-1)?.text.includes('7F3K2M') && desk.front.ephemerals('U0ANN'),
    );
    expect(told.filter((one) => one.text.includes('Slack brings it again'))).toHaveLength(1);
  });

  it('delivered three times has one key', async () => {
    desk = await startDesk(mode);
    desk.front.faults.duplicateDelivery('event', { copies: 3 });
    await desk.front.mention('U0ANN', 'C0OPS', 'work');
    await eventually(() => desk.pretend.calls.length === 3);
    expect(desk.pretend.carriedOut()).toBe(1);
  });
});

describe('a mention', () => {
  it('of somebody from elsewhere carries their own team', async () => {
    desk = await startDesk('http');
    await desk.front.mention('U0EVE', 'C0EXT', 'work');
    expect(desk.pretend.calls[0]?.actor).toEqual({ team: 'T0OTHER', user: 'U0EVE' });
  });

  it.each([{ bot_id: 'B0OTHER' }, { subtype: 'message_changed' }, { edited: { user: 'U0ANN', ts: '1.0' } }])(
    'with %j is not a wish of a person now',
    async (change) => {
      desk = await startDesk('http');
      desk.front.faults.rewriteDelivery('event', (payload) => ({
        ...payload,
        event: { ...(payload['event'] as object), ...change },
      }));
      const [ack] = await desk.front.mention('U0ANN', 'C0OPS', 'work');
      expect(ack?.kind).toBe('answered');
      expect(desk.pretend.calls).toEqual([]);
    },
  );

  it('is answered with what can be typed: by a mention where there is no slash command', async () => {
    desk = await startDesk('http');
    await desk.front.mention('U0EVE', 'C0EXT', 'work --lod');
    await desk.front.mention('U0ANN', 'C0OPS', 'work --lod');
    const read = (user: string) => eventually(() => desk.front.ephemerals(user)[0]);
    expect((await read('U0EVE')).text).toMatch(/Usage: `@acuops work[\s\S]*Example: `@acuops work/u);
    expect((await read('U0ANN')).text).toMatch(/Usage: `\/acuops work/u);
  });

  it('that is no command is explained to its writer', async () => {
    desk = await startDesk('http');
    await desk.front.mention('U0ANN', 'C0OPS', 'work "open');
    const told = await eventually(() => desk.front.ephemerals('U0ANN')[0]);
    expect(told.text).toContain('quotation mark is open');
  });
});
