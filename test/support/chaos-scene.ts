/** One pretend world with its own database, queue and desk processes: how chaos tests ask, wait until all is quiet, and clear up. What must hold is in `chaos-invariants.ts`. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Ack } from '../../sandbox/slack/front.ts';
import { createStand, type Stand, type StandOptions } from '../../sandbox/stand.ts';
import { channelIds, createWorld, personIds, type World } from '../../sandbox/world.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { readBacklog } from '../../src/store/operation-store.ts';
import { type DeskProcess, type Entry, startDeskProcess } from './chaos-desk.ts';
import { createDeskDatabase } from './desk-database.ts';
import { createRedis, hasRedis, type TestRedis } from './redis.ts';

export const backends = [
  { backend: 'postgres', skip: false },
  { backend: 'redis', skip: !hasRedis },
] as const;
export type Backend = (typeof backends)[number]['backend'];

export interface SceneOptions extends Partial<Omit<StandOptions<World>, 'env'>> {
  readonly backend: Backend;
  readonly env?: Readonly<Record<string, string>>;
  /** Another server than the run's shared one; whoever made it closes it. */
  readonly databaseUrl?: string;
}

export interface StartOptions {
  readonly roles?: 'all' | 'bot' | 'worker';
  readonly entry?: Entry;
  /** Default: the first desk with the role bot is the one that Slack and GitHub reach. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What somebody asked for, and whether the desk said that it has it. */
export interface Asked {
  readonly ack: Ack;
  readonly spokenId: string | null;
  readonly channel: string;
}

export interface Scene {
  readonly stand: Stand;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly redis: TestRedis | null;
  readonly startDesk: (options?: StartOptions) => Promise<DeskProcess>;
  readonly ask: (text: string, who?: string, channel?: string) => Promise<Asked>;
  /** Resolves when nothing is open, no card behind and no row unsealed. @throws Error with what was left */
  readonly quiet: (withinMs?: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export const readSpokenId = (text: string): string | null =>
  /\b([0-9A-HJKMNP-TV-Z]{6})\b\*? (?:is|runs)/u.exec(text)?.[1] ?? null;

export const createScene = async (options: SceneOptions): Promise<Scene> => {
  const own = options.databaseUrl === undefined ? await createDeskDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const redis = options.backend === 'redis' ? await createRedis() : null;
  const stand = await createStand({
    ...options,
    world: options.world ?? createWorld({ now: new Date() }),
    env: {
      DATABASE_URL: databaseUrl,
      LEASE_MS: '1000',
      LOG_LEVEL: 'debug',
      ...(redis ? { REDIS_URL: redis.url } : {}),
      ...options.env,
    },
  });
  const database = own?.database ?? openDatabase({ url: databaseUrl, max: 3, log: () => undefined });
  const desks: DeskProcess[] = [];

  const startDesk = async ({ roles = 'all', entry = 'main', env = {} }: StartOptions = {}) => {
    const data = `${stand.folder}/data-${randomUUID().slice(0, 8)}`;
    const desk = await startDeskProcess(
      { ...stand.env, ACUOPS_ROLES: roles, ACUOPS_DATA: data, ...env },
      entry,
    );
    desks.push(desk);
    if (desk.url !== null) {
      if (stand.env['SLACK_MODE'] === 'http') await stand.slack.setRequestUrl(`${desk.url}/slack/events`);
      else await stand.slack.connected();
      stand.github.setWebhookTarget(`${desk.url}/webhooks/github`);
    }
    return desk;
  };

  const describeRest = async (): Promise<string> => {
    const { rows } = await sql<object>`
      select 'operation' as kind, spoken_id as id, step || ' ' || memory::text as what, due_at::text as due, lease_until::text as lease from operations where state = 'open'
      union all select 'card', id::text, coalesce(trouble, '') || ' ' || delivered_version || '/' || wanted_version, next_at::text, lease_until::text from cards where wanted_version > delivered_version
      union all select 'item', i.key, i.attempt::text, i.due_at::text, i.lease_until::text from operation_items i join operations o on o.id = i.operation_id and o.state = 'open' where i.state = 'open'`.execute(
      database.db,
    );
    const last =
      desks
        .at(-1)
        ?.lines()
        .filter((line) => line['level'] !== 'debug')
        .slice(-8) ?? [];
    return JSON.stringify({ rows, last }, null, 1);
  };

  return {
    stand,
    database,
    databaseUrl,
    redis,
    startDesk,
    ask: async (text, who = personIds.admin, channel = channelIds.ops) => {
      const [ack] = await stand.slack.command(who, channel, text);
      if (!ack) throw new Error('the command was not sent');
      return { ack, spokenId: ack.ok ? readSpokenId(ack.text) : null, channel };
    },
    quiet: async (withinMs = 30_000) => {
      const since = Date.now();
      // The counts are no single picture, so silence counts only when it was seen twice.
      for (let silent = 0; ; ) {
        const { operationsOpen, cardsBehind, auditUnsealed } = await readBacklog(database.db);
        silent = operationsOpen + cardsBehind + auditUnsealed === 0 ? silent + 1 : 0;
        if (silent === 2) return Date.now() - since;
        if (Date.now() - since > withinMs) throw new Error(`not quiet: ${await describeRest()}`);
        await sleep(100);
      }
    },
    stop: async () => {
      await Promise.all(desks.map((desk) => desk.kill()));
      await stand.stop();
      await redis?.stop();
      if (own) await own.drop();
      else await database.close();
    },
  };
};
