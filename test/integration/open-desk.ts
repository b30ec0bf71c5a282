/** A whole desk in this process, in a pretend world and on a database of its own: how people ask, what they are shown, and when all is quiet. Every part is real but time, which may be moved. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack, ButtonChoice, StoredMessage } from '../../sandbox/slack/front.ts';
import { createStand, type Stand, type StandOptions } from '../../sandbox/stand.ts';
import { approversId, channelIds, createWorld, personIds, type World } from '../../sandbox/world.ts';
import { type Desk, startDesk } from '../../src/app.ts';
import { toPlainText } from '../../src/blocks/plain.ts';
import { run } from '../../src/cli/run.ts';
import type { CliConfig } from '../../src/config/cli-config.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { renderConfigFaults } from '../../src/config/read-config.ts';
import { createSecretValues } from '../../src/config/secret-values.ts';
import { everything } from '../../src/operations/scope.ts';
import type { HealthReport } from '../../src/policy/health/report.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { readAudit } from '../../src/store/audit-store.ts';
import type { Database } from '../../src/store/database.ts';
import { readBacklog } from '../../src/store/operation-store.ts';
import { createDeskDatabase } from '../support/desk-database.ts';

export type Who = keyof typeof personIds;
/** A channel by its name in the world, or any by its id. */
export type Where = string;

export interface Printed {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface OpenDesk<W extends World> {
  readonly stand: Stand<W>;
  /** The one that runs now. */
  readonly desk: () => Desk;
  readonly database: Database;
  /** What the desk logged, as written. */
  readonly log: readonly string[];
  /** Moves the time that the desk and Slack read; never back. */
  readonly pass: (ms: number) => void;
  readonly now: () => Date;
  readonly ack: (line: string, who?: Who, where?: Where) => Promise<Ack>;
  /** What the person is told at once, as plain text. @throws Error where Slack would show an error instead */
  readonly say: (line: string, who?: Who, where?: Where) => Promise<string>;
  /** The same, then waits until no operation is open and every card is delivered; gives the newest card there. */
  readonly ask: (line: string, who?: Who, where?: Where) => Promise<string>;
  /** On the newest message there, or on the one of this `ts`. */
  readonly press: (button: ButtonChoice, who?: Who, where?: Where, ts?: string) => Promise<Ack>;
  readonly quiet: (withinMs?: number) => Promise<void>;
  /** Messages of the bot in a channel, oldest first, as plain text. */
  readonly shown: (where?: Where) => readonly string[];
  readonly messages: (where?: Where) => readonly StoredMessage[];
  readonly newest: (where?: Where) => StoredMessage;
  /** The channel id of the bot's conversation with somebody. */
  readonly dm: (who: Who) => string;
  /** A command line over the desk's socket, or with another configuration. */
  readonly terminal: (words: readonly string[], config?: CliConfig) => Promise<Printed>;
  readonly json: <Data = HealthReport>(
    words: readonly string[],
  ) => Promise<{ readonly exit: number; readonly body: JsonOutcome<Data> }>;
  readonly readAuditRows: () => ReturnType<typeof readAudit>;
  /** An orderly stop and another desk on the same database. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** As `--json` prints it; what `data` is depends on the verb. */
export interface JsonOutcome<Data> {
  readonly operation: string | null;
  readonly state: string;
  readonly exit: number;
  readonly say?: string;
  readonly data: Data;
}

export const toText = (message: { readonly text: string; readonly blocks: readonly object[] }): string =>
  toPlainText({ text: message.text, blocks: message.blocks });

/** The team as the issue names it; the contact is known by the registry, the admin by configuration. */
export const grantTeam = async ({ say }: Pick<OpenDesk<World>, 'say'>): Promise<void> => {
  await say(`role grant <@${personIds.onCall}> operator`);
  await say(`role grant <!subteam^${approversId}> approver`);
};

export const openSmallDesk = (options: Partial<Omit<StandOptions<World>, 'world'>> = {}) =>
  openDesk({ ...options, world: createWorld({ now: new Date() }) });

export const openDesk = async <W extends World>(options: StandOptions<W>): Promise<OpenDesk<W>> => {
  const own = await createDeskDatabase();
  let ahead = 0;
  const now = (): Date => new Date(Date.now() + ahead);
  const stand = await createStand({
    ...options,
    page: false,
    slack: { now: () => now().getTime(), ...options.slack },
    env: { DATABASE_URL: own.url, LEASE_MS: '2000', ...options.env },
  });
  const log: string[] = [];
  let desk = await start(stand, { now }, log);
  const { slack } = stand;

  const toChannel = (where: Where): string =>
    new Map<string, string>(Object.entries(channelIds)).get(where) ?? where;
  const messages = (where: Where = 'ops') =>
    slack
      .messages(toChannel(where))
      // Once a day the head of the audit is posted too; it answers nobody.
      .filter((message) => message.isBot && !message.text.startsWith('Audit sealed'));
  const newest = (where: Where = 'ops'): StoredMessage => {
    const last = messages(where).at(-1);
    if (!last) throw new Error(`the bot wrote nothing in ${where}`);
    return last;
  };
  const ack = async (line: string, who: Who = 'admin', where: Where = 'ops') => {
    const [first] = await slack.command(personIds[who], toChannel(where), line);
    if (!first?.ok || first.problem !== undefined)
      throw new Error(`"${line}" was not answered: ${JSON.stringify(first)} ${log.slice(-3).join('\n')}`);
    return first;
  };
  const say = async (line: string, who?: Who, where?: Where) => toText(await ack(line, who, where));
  const quiet = async (withinMs = 20_000) => {
    const since = Date.now();
    for (;;) {
      const { operationsOpen, cardsBehind } = await readBacklog(own.database.db);
      if (operationsOpen + cardsBehind === 0) return;
      if (Date.now() - since > withinMs)
        throw new Error(
          `not quiet: ${JSON.stringify({ operationsOpen, cardsBehind })} ${log.slice(-5).join('\n')}`,
        );
      await sleep(60);
    }
  };
  const terminal = (words: readonly string[], config?: CliConfig) =>
    printed(words, config ?? { kind: 'folder', dataDir: stand.env['ACUOPS_DATA'] ?? '' });

  return {
    stand,
    desk: () => desk,
    database: own.database,
    log,
    now,
    pass: (ms) => {
      ahead += ms;
    },
    ack,
    say,
    ask: async (line, who, where = 'ops') => {
      await say(line, who, where);
      await quiet(60_000);
      return toText(newest(where));
    },
    press: async (button, who = 'admin', where = 'ops', ts = newest(where).ts) => {
      const [first] = await slack.click(personIds[who], toChannel(where), ts, button);
      if (!first?.ok || first.problem !== undefined)
        throw new Error(`the press was not answered: ${JSON.stringify(first)}`);
      return first;
    },
    quiet,
    messages,
    newest,
    shown: (where) => messages(where).map(toText),
    dm: (who) => slack.dm(personIds[who]),
    terminal,
    json: async <Data>(words: readonly string[]) => {
      const { exit, out } = await terminal([...words, '--json']);
      return { exit, body: JSON.parse(out) as JsonOutcome<Data> };
    },
    // The desk's own schedules run by the real time, in the middle of any test.
    readAuditRows: async () => {
      const rows = await own.database.transact((tx) => readAudit(tx, everything, { limit: 1_000 }));
      return rows.filter((row) => row.actor !== 'desk:schedule');
    },
    restart: async () => {
      await desk.shutdown.run('the test starts another');
      desk = await start(stand, { now }, log);
    },
    stop: async () => {
      await desk.shutdown.run('the test is over');
      await stand.stop();
      await own.drop();
    },
  };
};

const start = async (stand: Stand, clock: { readonly now: () => Date }, log: string[]): Promise<Desk> => {
  const read = parseConfig(stand.env, stand.folder);
  if (read.kind === 'faulty') throw new Error(renderConfigFaults(read.faults));
  const secretValues = createSecretValues(read.secrets);
  const redactor = createRedactor({ secrets: secretValues.read });
  const desk = await startDesk({
    config: read.config,
    secrets: read.secrets,
    log: createLogger({ level: 'debug', redactor, stream: { write: (line) => log.push(line) } }),
    redactor,
    remember: secretValues.remember,
    clock,
    references: { env: {}, readFile: async (path) => readFile(path) },
  });
  if (stand.env['SLACK_MODE'] === 'http') await stand.slack.setRequestUrl(`${desk.url}/slack/events`);
  else await stand.slack.connected();
  stand.github.setWebhookTarget(`${desk.url}/webhooks/github`);
  return desk;
};

/** The command line as it is, but for its process. */
export const printed = async (words: readonly string[], config: CliConfig): Promise<Printed> => {
  let out = '';
  let err = '';
  const exit = await run({
    args: words,
    readConfig: () => config,
    terminal: {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      isTty: false,
    },
    interrupted: new AbortController().signal,
  });
  return { exit, out, err };
};

export { channelIds, personIds };
