import { request as requestHttp } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { type CliDoorParts, createCliDoor } from '../../src/http/cli-door.ts';
import { createFailureLimit } from '../../src/http/failure-limit.ts';
import { createFrontServer, type FrontServer } from '../../src/http/front-server.ts';
import { CliAnswer, CliHelp, CliPicture } from '../../src/operations/cli-protocol.ts';
import { commands, createPretendDoor, plain } from '../support/pretend-door.ts';
import { createKeptLog } from '../support/quiet-log.ts';

const open: FrontServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop(100)));
});

const anna = { team: 'T1', user: 'U1' };
const bert = { team: 'T1', user: 'U2' };
const tokens: Readonly<Record<string, typeof anna>> = { 'anna-token': anna, 'bert-token': bert };

const start = async (parts: Partial<CliDoorParts> = {}) => {
  const pretend = createPretendDoor();
  const stopping = new AbortController();
  let nowMs = 0;
  const lookups: string[] = [];
  const door = createCliDoor({
    door: pretend.door,
    waitFor: pretend.waitFor,
    commands,
    plain,
    stopping: stopping.signal,
    failures: createFailureLimit(3, () => nowMs),
    allowedHosts: ['desk.example'],
    findActor: async (token) => {
      lookups.push(token);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return tokens[token] ?? null;
    },
    ...parts,
  });
  const server = await createFrontServer({ host: '127.0.0.1', port: 0, log: createKeptLog().log, cli: door });
  open.push(server);
  return { ...pretend, ...server, stopping, lookups, pass: (ms: number) => (nowMs += ms) };
};

type Desk = Awaited<ReturnType<typeof start>>;

const key = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001';

const post = (desk: Desk, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${desk.url}/cli/v1/call`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { authorization: 'Bearer anna-token', 'content-type': 'application/json', ...headers },
  });

const call = async (desk: Desk, words: string[], more: object = {}): Promise<CliAnswer> => {
  const response = await post(desk, { words, key, json: false, ...more });
  return CliAnswer.parse(await response.json());
};

const look = (desk: Desk, path: string, token = 'anna-token'): Promise<Response> =>
  fetch(`${desk.url}/cli/v1${path}`, { headers: { authorization: `Bearer ${token}` } });

it('asks the request door as the person of the token, in a terminal, under the given key', async () => {
  const desk = await start();
  expect(await call(desk, ['P', 'heritage', '--loud'])).toEqual({
    kind: 'answered',
    operation: '7F3K2M',
    exit: 0,
    text: 'pong & more',
    data: { pong: true },
  });
  expect(desk.calls).toEqual([
    {
      deliveryKey: `cli:T1:U1:${key}`,
      via: 'http',
      actor: anna,
      place: { kind: 'terminal', team: 'T1', channel: 'terminal' },
      verb: 'ping',
      input: { name: 'heritage', loud: true },
    },
  ]);
});

it('tells refusals with their exit code and in the words of a terminal', async () => {
  const desk = await start();
  const other = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0002';
  expect(await call(desk, ['forbidden'])).toMatchObject({
    kind: 'refused',
    exit: 3,
    text: 'You may not. Ask npm run acuops -- help.',
    data: { refused: 'denied' },
  });
  expect(await call(desk, ['pong'], { key: other })).toMatchObject({
    kind: 'refused',
    exit: 2,
    operation: null,
  });
  const usage = await call(desk, ['ping', '--lout']);
  expect(usage).toMatchObject({ kind: 'refused', exit: 2 });
  expect(usage.text).toContain('Did you mean --loud?');
});

it('knows no verb that is a button only, however it is typed, and takes no card from a caller', async () => {
  const desk = await start();
  const words = [
    ['stamp'],
    ['STAMP', 'heritage', '--loud'],
    ['stamp', '--lout'],
    ['stamp', 'a', 'b'],
    ['stump'],
  ];
  const answers: CliAnswer[] = [];
  for (const [at, given] of words.entries())
    answers.push(await call(desk, given, { key: `0199aaaa-bbbb-7ccc-8ddd-eeeeffff001${at}` }));
  expect(answers.map(({ text }) => text)).toEqual(
    words.map(([verb]) => `There is no command ${verb}. npm run acuops -- help lists them all.`),
  );
  expect(desk.calls.every((one) => one.card === undefined && one.pressed === undefined)).toBe(true);
  const asked = desk.calls.length;
  const card = { id: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001', version: 1, takeOver: false };
  for (const forged of [{ card }, { pressed: card.id }, { via: 'slack' }])
    expect((await post(desk, { words: ['stamp'], key, json: false, ...forged })).status).toBe(400);
  expect(desk.calls).toHaveLength(asked);
});

it('gives a secret once, the whole file, and no text where only JSON is wanted', async () => {
  const desk = await start();
  expect(await call(desk, ['secret'])).toMatchObject({ secret: 'shown-once' });
  expect(await call(desk, ['secret'])).not.toHaveProperty('secret');
  const other = { key: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0002' };
  expect(await call(desk, ['sick'], other)).toMatchObject({
    exit: 1,
    text: 'pong & more\n\nAll of them\none\ntwo',
  });
  const json = { key: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0003', json: true };
  expect(await call(desk, ['ping'], json)).toMatchObject({ text: '', data: { pong: true } });
});

it('holds a long poll until the operation ends, and shows it to its asker only', async () => {
  const desk = await start();
  expect(await call(desk, ['work'])).toMatchObject({ kind: 'started', operation: '7F3K2M', exit: null });
  const now = CliPicture.parse(await (await look(desk, '/operations/7F3K2M?waitMs=20')).json());
  expect(now).toMatchObject({ state: 'open', exit: null, text: '3 of 8 looked at' });
  const waiting = look(desk, '/operations/7f3k2m?waitMs=20000');
  expect((await look(desk, '/operations/7F3K2M', 'bert-token')).status).toBe(404);
  desk.finish('7F3K2M', { state: 'done', exit: 1, message: { text: '*bad*', blocks: [] }, data: [1] });
  expect(await (await waiting).json()).toEqual({
    operation: '7F3K2M',
    state: 'done',
    exit: 1,
    text: 'bad',
    data: [1],
  });
});

it('judges what it is asked', async () => {
  const desk = await start();
  const statuses: number[] = [];
  for (const path of ['/operations/7F3K2M?waitMs=25001', '/operations/7F3K2M?waitMs=-1', '/operations/ABC'])
    statuses.push((await look(desk, path)).status);
  statuses.push((await look(desk, '/call')).status, (await look(desk, '/other')).status);
  for (const body of ['{', '{}', { words: [], key, json: false }, { words: ['ping'], key: 'k', json: false }])
    statuses.push((await post(desk, body)).status);
  statuses.push((await post(desk, '{}', { 'content-type': 'text/plain' })).status);
  expect(statuses).toEqual([400, 400, 400, 405, 404, 400, 400, 400, 400, 415]);
  expect(desk.calls).toEqual([]);
});

it('lets waiters go when the desk stops, and forgets those who hang up', async () => {
  const signals: AbortSignal[] = [];
  const desk = await start({
    waitFor: (_id, _actor, _ms, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const hangUp = new AbortController();
  const left = fetch(`${desk.url}/cli/v1/operations/7F3K2M?waitMs=20000`, {
    headers: { authorization: 'Bearer anna-token' },
    signal: hangUp.signal,
  });
  await expect.poll(() => signals.length).toBe(1);
  hangUp.abort();
  await expect(left).rejects.toThrow('abort');
  await expect.poll(() => signals[0]?.aborted).toBe(true);
  const waiting = look(desk, '/operations/7F3K2M?waitMs=20000');
  await expect.poll(() => signals.length).toBe(2);
  desk.stopping.abort();
  expect((await waiting).status).toBe(503);
});

it('has one answer for every kind of wrong token, and asks the store about none that cannot be one', async () => {
  const desk = await start({ failures: createFailureLimit(100, () => 0) });
  const texts = new Set<string>();
  for (const header of ['', 'Bearer ', 'Bearer revoked', 'Basic YTpi', `Bearer ${'x'.repeat(501)}`]) {
    const response = await post(desk, { words: ['ping'], key, json: false }, { authorization: header });
    expect(response.status).toBe(401);
    expect(await response.clone().json()).toMatchObject({
      say: 'No valid token. In Slack, `/acuops token create laptop` gives one.',
    });
    texts.add(await response.text());
  }
  expect(texts.size).toBe(1);
  expect(desk.lookups).toEqual(['revoked']);
  expect(desk.calls).toEqual([]);
});

it('tells an address that failed three times in a minute to wait, a burst counted whole', async () => {
  const desk = await start();
  const burst = await Promise.all(Array.from({ length: 12 }, (_, at) => look(desk, '/help', `guess-${at}`)));
  expect(burst.filter(({ status }) => status === 401)).toHaveLength(3);
  expect(burst.filter(({ status }) => status === 429)).toHaveLength(9);
  desk.pass(60_001);
  expect((await look(desk, '/help', 'one-more')).status).toBe(401);
});

it('never refuses a good token for the failures of others, who may share its address behind a proxy', async () => {
  const desk = await start();
  const guesses = Array.from({ length: 30 }, (_, at) => look(desk, '/help', `guess-${at}`));
  expect((await look(desk, '/help')).status).toBe(200);
  expect((await Promise.all(guesses)).filter(({ status }) => status === 429)).toHaveLength(27);
  expect((await look(desk, '/help')).status).toBe(200);
});

it('asks the store about few tokens at once, however many are guessed', async () => {
  let [running, most] = [0, 0];
  const desk = await start({
    findActor: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return null;
    },
  });
  await Promise.all(Array.from({ length: 20 }, (_, at) => look(desk, '/help', `guess-${at}`)));
  expect(most).toBeLessThanOrEqual(3);
});

it('lets a burst of good tokens through', async () => {
  const desk = await start();
  const burst = await Promise.all(Array.from({ length: 20 }, () => look(desk, '/help')));
  expect(burst.map(({ status }) => status)).toEqual(Array(20).fill(200));
});

/** fetch does not let a test set these. */
const raw = (desk: Desk, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const all = { authorization: 'Bearer anna-token', ...headers };
    requestHttp(`${desk.url}/cli/v1/help`, { headers: all }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

it('is closed to web pages, whatever name they came by', async () => {
  const desk = await start();
  expect(await raw(desk, { host: 'rebound.example' })).toBe(403);
  expect(await raw(desk, { host: 'desk.example.evil.example:80' })).toBe(403);
  expect(await raw(desk, { origin: 'http://127.0.0.1:3000' })).toBe(403);
  expect(await raw(desk, { origin: 'null' })).toBe(403);
  expect(await raw(desk, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  for (const host of ['Desk.Example', 'desk.example:8443', 'localhost:1', '[::1]:3000', '10.1.2.3'])
    expect([host, await raw(desk, { host })]).toEqual([host, 200]);
});

it('says at once when the store is away, for tokens and for calls', async () => {
  const away = new AcuopsError({
    code: 'store-unavailable',
    message: 'm',
    say: 'Postgres is away. Try again.',
  });
  const desk = await start();
  desk.setBefore(() => Promise.reject(away));
  const response = await post(desk, { words: ['ping'], key, json: false });
  expect([response.status, await response.json()]).toMatchObject([
    503,
    { say: 'Postgres is away. Try again.' },
  ]);
  const blind = await start({ findActor: () => Promise.reject(away) });
  for (let at = 0; at < 5; at += 1) expect((await look(blind, '/help')).status).toBe(503);
});

it('lists what can be asked from a terminal', async () => {
  const desk = await start();
  const help = CliHelp.parse(await (await look(desk, '/help')).json());
  expect(help.commands.map(({ verb }) => verb)).not.toContain('approve');
  expect(help.commands.map(({ verb }) => verb)).not.toContain('stamp');
  expect(help.commands[0]).toEqual({
    verb: 'ping',
    aliases: ['p'],
    usage: 'ping [name] [--loud]',
    summary: 'does ping',
    example: 'ping heritage',
  });
});
