import { afterEach, describe, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { eventually, startDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
afterEach(() => desk.stop());

const storeAway = new AcuopsError({
  code: 'store-unavailable',
  message: 'ECONNREFUSED',
  say: 'The database does not answer.',
  retryable: true,
});

describe.each(['http', 'socket'] as const)('a slash command in %s mode', (mode) => {
  it('is asked at the door and acknowledged only after it is written', async () => {
    desk = await startDesk(mode);
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    let acknowledged = false;
    const acks = desk.front.command('U0ANN', 'C0OPS', 'work heritage --loud').then((all) => {
      acknowledged = true;
      return all;
    });
    const call = await eventually(() => desk.pretend.calls[0]);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(acknowledged).toBe(false);
    written.resolve();
    const [ack] = await acks;
    expect(ack).toMatchObject({ kind: 'answered', status: 200 });
    expect(ack?.problem).toBeUndefined();
    expect(call).toMatchObject({
      via: 'slack',
      actor: { team: desk.front.teamId, user: 'U0ANN' },
      place: { kind: 'channel', team: desk.front.teamId, channel: 'C0OPS' },
      verb: 'work',
      input: { name: 'heritage', loud: true },
    });
    expect(call.deliveryKey).toMatch(/^slack:trigger:.+/u);
    expect(desk.front.ephemerals('U0ANN').at(-1)?.text).toContain('7F3K2M');
    expect(desk.front.ephemerals('U0BEN')).toEqual([]);
    expect(desk.front.messages('C0OPS')).toEqual([]);
  });

  it('delivered three times carries one key, so the door does it once', async () => {
    desk = await startDesk(mode);
    const acks = await desk.front.command('U0ANN', 'C0OPS', 'ping', { times: 3, replay: true });
    expect(acks.map((ack) => ack.kind)).toEqual(['answered', 'answered', 'answered']);
    expect(desk.pretend.calls).toHaveLength(3);
    expect(new Set(desk.pretend.calls.map((call) => call.deliveryKey)).size).toBe(1);
    expect(desk.pretend.carriedOut()).toBe(1);
  });

  it('is answered at once with what to do where the store is away', async () => {
    desk = await startDesk(mode);
    desk.pretend.setBefore(() => Promise.reject(storeAway));
    const [ack] = await desk.front.command('U0ANN', 'C0OPS', 'work');
    expect(ack?.kind).toBe('answered');
    expect(ack?.text).toMatch(/cannot write down your request now, so nothing was started\. Try again/u);
    expect(ack?.elapsedMs).toBeLessThan(1_000);
  });

  it('is answered within Slack’s patience where the store hangs, and told the end by response URL', async () => {
    desk = await startDesk(mode, { withinMs: 150 });
    const written = Promise.withResolvers<void>();
    desk.pretend.setBefore(() => written.promise);
    const [ack] = await desk.front.command('U0ANN', 'C0OPS', 'ping');
    expect(ack?.text).toMatch(/slow to write down/u);
    written.resolve();
    const told = await eventually(() =>
      desk.front.ephemerals('U0ANN').find((one) => one.via === 'response_url'),
    );
    expect(told.text).toContain('pong');
  });

  it('that meets a fault of ours names a reference whose stack is in the log', async () => {
    desk = await startDesk(mode);
    const fault = new Error('a bug');
    desk.pretend.setBefore(() => Promise.reject(fault));
    const [ack] = await desk.front.command('U0ANN', 'C0OPS', 'ping');
    const reference = /reference \*([0-9A-Z]{6})\*/u.exec(ack?.text ?? '')?.[1];
    expect(reference).toBeDefined();
    expect(ack?.text).not.toContain('a bug');
    expect(desk.lines).toContainEqual({
      level: 'error',
      line: 'something broke',
      detail: { reference, error: fault },
    });
  });

  it('without words asks for help, and a wrong word is explained with an example', async () => {
    desk = await startDesk(mode);
    await desk.front.command('U0ANN', 'C0OPS', '   ');
    expect(desk.pretend.calls[0]?.verb).toBe('help');
    const [ack] = await desk.front.command('U0ANN', 'C0OPS', 'ping --lout');
    expect(ack?.text).toMatch(/--lout.*Did you mean `--loud`/su);
    expect(ack?.text).toContain('Example: `/acuops ping heritage`');
    expect(desk.pretend.calls).toHaveLength(1);
  });

  it('shows a secret once, and not to a replay', async () => {
    desk = await startDesk(mode);
    const acks = await desk.front.command('U0ANN', 'C0OPS', 'secret', { times: 2, replay: true });
    expect(JSON.stringify(acks[0]?.blocks)).toContain('shown-once');
    expect(JSON.stringify(acks[1]?.blocks)).not.toContain('shown-once');
  });

  it('of a workspace that is not ours reaches no door', async () => {
    desk = await startDesk(mode);
    const built = desk.front.build.command('U0ANN', 'C0OPS', '/acuops', 'ping');
    const ack = await desk.front.deliver('command', { ...built.payload, team_id: 'T0FORGED' });
    expect(ack.text).toMatch(/not connected to this desk/u);
    expect(desk.pretend.calls).toEqual([]);
  });
});

describe('over HTTP', () => {
  it.each(['wrong', 'old', 'missing'] as const)('a %s signature is refused', async (signature) => {
    desk = await startDesk('http');
    const { payload } = desk.front.build.command('U0ANN', 'C0OPS', '/acuops', 'ping');
    const ack = await desk.front.deliver('command', payload, { signature });
    expect(ack).toMatchObject({ kind: 'refused', status: 401 });
    expect(desk.pretend.calls).toEqual([]);
  });
});
