/** The desk as processes: what it says when it is ready or cannot start, how it stops, and roles that are started apart. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSmallStand, type Stand } from '../../sandbox/stand.ts';
import { channelIds, personIds } from '../../sandbox/world.ts';
import { readBacklog } from '../../src/store/operation-store.ts';
import { toText } from '../integration/open-desk.ts';
import { type DeskProcess, startDeskProcess } from '../support/chaos-desk.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
let own: DeskDatabase;
let stand: Stand;
const started: DeskProcess[] = [];
beforeAll(async () => {
  own = await createDeskDatabase();
  stand = await createSmallStand({ env: { DATABASE_URL: own.url, LEASE_MS: '1000' } });
});
afterAll(async () => {
  for (const desk of started) if (desk.isAlive()) await desk.kill();
  await stand.stop();
  await own.drop();
});

const start = async (roles: 'all' | 'bot' | 'worker'): Promise<DeskProcess> => {
  const desk = await startDeskProcess({
    ...stand.env,
    ACUOPS_ROLES: roles,
    ACUOPS_DATA: `${stand.folder}/${roles}`,
  });
  started.push(desk);
  if (desk.url !== null) await stand.slack.setRequestUrl(`${desk.url}/slack/events`);
  return desk;
};
const ask = async (line: string): Promise<string> => {
  const [ack] = await stand.slack.command(personIds.admin, channelIds.ops, line);
  return ack?.ok ? toText(ack) : `not answered: ${ack?.kind}`;
};
const readOpen = async () => (await readBacklog(own.database.db)).operationsOpen;
const readCards = () => stand.slack.messages(channelIds.ops);
const probe = async (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  );

it('says every fault of its configuration at once, and exits 2', async () => {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      ...stand.env,
      PORT: 'no',
      SLACK_BOT_TOKEN: 'xoxp-wrong',
      ACUOPS_TIMEZONE: 'Mars/Base',
      ACUOPS_ADMINS: 'marco',
      GITHUB_API_URL: 'ftp://x',
    },
  });
  let err = '';
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(2);
  expect(err).toContain('5 settings are not right; nothing was started.');
  for (const part of [
    'PORT',
    '"no"',
    'SLACK_BOT_TOKEN',
    'ACUOPS_TIMEZONE',
    'Mars/Base',
    'ACUOPS_ADMINS',
    'marco',
    'GITHUB_API_URL',
  ])
    expect(err).toContain(part);
  // A secret that is wrong is still a secret.
  expect(err).not.toContain('xoxp-wrong');
});

describe('bot and worker apart', () => {
  it('the bot alone writes down and acknowledges; the worker that comes later does it, once', async () => {
    const bot = await start('bot');
    await expect.poll(() => bot.lines().map((line) => line['msg'])).toContain(`acuops ready at ${bot.url}`);
    expect(await ask('health')).toContain('is under way');
    expect(await ask('list')).toContain('8 clients');
    expect(await readOpen()).toBe(1);
    expect(readCards()).toEqual([]);
    const worker = await start('worker');
    expect(worker.url).toBeNull();
    expect(await probe(`${worker.adminUrl}/readyz`)).toBe(200);
    await expect.poll(readOpen, { timeout: 15_000, interval: 100 }).toBe(0);
    await expect.poll(() => readCards()[0]?.text, { timeout: 10_000 }).toContain('4 of 7 need you');
    expect(readCards()).toHaveLength(1);
    const ends = await Promise.all([worker.terminate(), bot.terminate()]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  }, 60_000);
});

describe('SIGTERM in the middle of a check', () => {
  it('turns readyz to 503 first, takes nothing in any more, exits 0 in time, and the next desk finishes', async () => {
    const desk = await start('all');
    expect(await probe(`${desk.adminUrl}/readyz`)).toBe(200);
    expect(await probe(`${desk.adminUrl}/livez`)).toBe(200);
    stand.github.faults.slow({ path: '*' }, 1_500);
    expect(await ask('health --fresh')).toContain('is under way');
    await sleep(300);
    const seen: number[] = [];
    const ended = desk.terminate();
    const watch = (async () => {
      while (desk.isAlive()) {
        seen.push(await probe(`${desk.adminUrl}/readyz`));
        await sleep(5);
      }
    })();
    const { code, tookMs } = await ended;
    await watch;
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(25_000);
    // One look may have been on its way; from then on it is told, as long as the worker drains.
    expect(seen.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    expect(seen.filter((status) => status === 503).length).toBeGreaterThan(1);
    expect(await ask('whoami')).toContain('not answered');
    stand.github.faults.clear();
    const before = readCards().length;
    await start('all');
    await expect.poll(readOpen, { timeout: 15_000, interval: 100 }).toBe(0);
    await expect.poll(() => readCards().at(-1)?.text, { timeout: 10_000 }).toContain('4 of 7 need you');
    expect(readCards().length).toBeLessThanOrEqual(Math.max(before, 2));
    expect(await ask('whoami')).toContain('admin');
  }, 60_000);
});
