import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import type { Place } from '../../src/operations/call.ts';
import { createIdentity } from '../../src/slack/identity.ts';
import { createReadGroup } from '../../src/slack/read-groups.ts';
import { createReadPlace } from '../../src/slack/read-places.ts';
import { createSlackClients } from '../../src/slack/slack-clients.ts';
import { createMovedClock, type MovedClock } from '../support/card-memory.ts';
import { eventually, world } from './desk.ts';

let front: SlackFront;
let clock: MovedClock;
beforeEach(async () => {
  front = await createSlackFront({ mode: 'http', world, page: false });
  clock = createMovedClock();
});
afterEach(() => front.stop());

const open = () => {
  const clients = createSlackClients(
    front.botToken,
    { apiUrl: front.apiUrl, log: () => undefined },
    { facts: 1_500 },
  );
  const read = createReadPlace({
    client: clients.facts,
    identity: createIdentity(clients.facts).read,
    now: clock.now,
    log: () => undefined,
  });
  const readGroup = createReadGroup({ client: clients.facts, now: clock.now });
  return { read, readGroup };
};
const at = (channel: string, team = front.teamId): Place => ({ kind: 'channel', team, channel });

describe('a place', () => {
  it('is told from its facts', async () => {
    const { read } = open();
    expect(await read(at('C0OPS'))).toEqual({ kind: 'channel', shared: false });
    expect(await read(at('C0EXT'))).toEqual({ kind: 'channel', shared: true });
    expect(await read(at(front.dm('U0ANN')))).toEqual({ kind: 'dm', shared: false });
  });

  it('is read at most once a minute, so that what became shared is known then', async () => {
    const { read } = open();
    await read(at('C0OPS'));
    front.setExtShared('C0OPS', true);
    clock.pass(59_000);
    expect((await read(at('C0OPS'))).shared).toBe(false);
    expect(front.calls('conversations.info')).toHaveLength(1);
    clock.pass(1_001);
    expect((await read(at('C0OPS'))).shared).toBe(true);
  });

  it.each(['silence', 'serverError', 'loseAnswer'] as const)(
    'that met %s counts as shared, and is not kept so',
    async (fault) => {
      const { read } = open();
      front.faults[fault]('conversations.info');
      expect(await read(at('C0OPS'))).toEqual({ kind: 'unknown', shared: true });
      expect(await read(at('C0OPS'))).toEqual({ kind: 'channel', shared: false });
    },
  );

  it('of another workspace, or not shown to us, counts as shared', async () => {
    const { read } = open();
    expect(await read(at('C0OPS', 'T0OTHER'))).toEqual({ kind: 'hidden', shared: true });
    expect(await read(at('C0NONE'))).toEqual({ kind: 'hidden', shared: true });
  });
});

describe('a user group', () => {
  it('is a minute old at most, and fresh for decisions', async () => {
    const { readGroup } = open();
    expect([...(await readGroup('S0CALL'))]).toEqual(['U0ANN']);
    front.setUserGroup('S0CALL', ['U0BEN']);
    expect([...(await readGroup('S0CALL'))]).toEqual(['U0ANN']);
    expect([...(await readGroup('S0CALL', { freshFor: 'U0ANN' }))]).toEqual(['U0BEN']);
    front.setUserGroup('S0CALL', []);
    clock.pass(60_001);
    expect([...(await readGroup('S0CALL'))]).toEqual([]);
  });

  it.each(['silence', 'serverError'] as const)(
    'that met %s is an error, also where an old answer is kept',
    async (fault) => {
      const { readGroup } = open();
      await readGroup('S0CALL');
      front.faults[fault]('usergroups.users.list');
      await expect(readGroup('S0CALL', { freshFor: 'U0ANN' })).rejects.toMatchObject({
        code: 'slack',
        retryable: true,
      });
      clock.pass(60_001);
      front.faults[fault]('usergroups.users.list');
      await expect(readGroup('S0CALL')).rejects.toMatchObject({ code: 'slack' });
    },
  );

  const calls = () => front.calls('usergroups.users.list').length;

  it('is asked about a stranger four times a minute at most, however often they try', async () => {
    const { readGroup } = open();
    for (let second = 0; second < 60; second += 1) {
      expect((await readGroup('S0CALL', { freshFor: 'U0CYD' })).has('U0CYD')).toBe(false);
      clock.pass(1_000);
    }
    expect(calls()).toBe(4);
    front.setUserGroup('S0CALL', ['U0CYD']);
    clock.pass(15_000);
    expect((await readGroup('S0CALL', { freshFor: 'U0CYD' })).has('U0CYD')).toBe(true);
  });

  it('is asked about once for all who ask at the same time', async () => {
    const { readGroup } = open();
    const read = await Promise.all(Array.from({ length: 50 }, () => readGroup('S0CALL')));
    expect(new Set(read.map((members) => [...members].join()))).toEqual(new Set(['U0ANN']));
    expect(calls()).toBe(1);
  });

  it('is fresh for each of many decisions at the same time, by one more call for all who came during the first', async () => {
    const { readGroup } = open();
    front.faults.slow('usergroups.users.list', { ms: 150 });
    const first = readGroup('S0CALL', { freshFor: 'U0ANN' });
    await eventually(() => calls() === 1);
    const others = Array.from({ length: 49 }, () => readGroup('S0CALL', { freshFor: 'U0ANN' }));
    const looking = readGroup('S0CALL');
    await first;
    front.setUserGroup('S0CALL', ['U0BEN']);
    for (const members of await Promise.all(others)) expect([...members]).toEqual(['U0BEN']);
    expect(await looking).toBe(await first);
    expect(calls()).toBe(2);
  });

  it('that could not be read before is asked about anew for those who came meanwhile', async () => {
    const { readGroup } = open();
    front.faults.serverError('usergroups.users.list');
    const first = readGroup('S0CALL', { freshFor: 'U0ANN' });
    const second = readGroup('S0CALL', { freshFor: 'U0ANN' });
    await expect(first).rejects.toMatchObject({ code: 'slack' });
    expect([...(await second)]).toEqual(['U0ANN']);
  });
});
