/** Nonsense through every door of the running desk: the process lives, whoever asked gets a clear answer, and nothing stored is broken. */
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds, personIds } from '../../sandbox/world.ts';
import { hostileText } from '../blocks/hostile-text.ts';
import type { DeskProcess } from '../support/chaos-desk.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? 20261121);
const bounded = {
  seed,
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 60),
  interruptAfterTimeLimit: 40_000,
} as const;

const verbs = [
  'health',
  'note',
  'note heritage',
  'status',
  'list',
  'audit',
  'role grant',
  'token create',
  'killswitch',
  'add-client',
  'edit-client heritage --name',
  'remove-client',
  'registry',
  'help',
  'whoami',
  'take',
  'retry-sign-in',
  'health --',
];
const huge = fc.constantFrom(
  'x'.repeat(3_500),
  '<!channel>'.repeat(400),
  '\u0000'.repeat(50),
  '\u202E'.repeat(100),
  '"'.repeat(99),
);
const line = fc.oneof(
  hostileText,
  fc.tuple(fc.constantFrom(...verbs), fc.oneof(hostileText, huge)).map(([verb, rest]) => `${verb} ${rest}`),
);

type Changes = readonly (readonly [number, unknown])[];
const noteForm = {
  id: 'V1',
  callback_id: 'acuops:health:note',
  private_metadata: '{"channel":"C0OPS00000","memo":"{}"}',
  state: { values: {} },
};
const mention = {
  type: 'app_mention',
  user: personIds.admin,
  text: 'list',
  ts: '1.1',
  channel: channelIds.ops,
};

/** A broadcast, a mention or a hidden character that Slack would act on. */
// oxlint-disable-next-line no-control-regex -- hidden characters are what is looked for
const live = /<!(?:channel|here|everyone)|<@U0ADMIN|[\u0000\u202A-\u202E\u2066-\u2069]/u;

describe.each(backends.filter(({ skip }) => !skip))('fuzzed, queue on $backend', ({ backend }) => {
  let scene: Scene;
  let desk: DeskProcess;
  beforeAll(async () => {
    scene = await createScene({ backend });
    desk = await scene.startDesk();
    await scene.ask('health');
    await scene.quiet();
  });
  afterAll(() => scene.stop());

  const expectAlive = (): void => {
    expect(desk.isAlive()).toBe(true);
    const loud = desk
      .lines()
      .filter((entry) => entry['level'] === 'fatal' || entry['msg'] === 'something broke');
    expect(loud, 'an answer, not "something broke"').toEqual([]);
  };

  it('command lines', async () => {
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        const { ack } = await scene.ask(text);
        expect(ack.kind, `answer: ${text}`).toBe('answered');
        expect(ack.problem).toBeUndefined();
        expect(ack.text.length).toBeGreaterThan(0);
        expect(JSON.stringify(ack.body)).not.toMatch(live);
        expectAlive();
      }),
      bounded,
    );
  });

  const word = fc.oneof(
    fc.string({ maxLength: 30 }),
    hostileText,
    fc.constantFrom('acuops:health:again', 'acuops:health:details', '{"c":"x","v":1}'),
  );
  /** By these Bolt tells what a payload is; without them it says nothing until Slack's patience ends, see below. */
  const kindKeys = new Set(['type', 'command', 'actions', 'event', 'view', 'team_id']);
  /** Real payloads with parts of them exchanged for nonsense or left out. */
  const spoil = fc.array(fc.tuple(fc.nat(200), fc.oneof(fc.jsonValue(), word, fc.constant(undefined))), {
    maxLength: 6,
  });
  const spoiled = (payload: unknown, changes: Changes): object => {
    const copy = structuredClone(payload) as Record<string, unknown>;
    for (const [at, value] of changes) {
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          places.push([node as Record<string, unknown>, key]);
          walk((node as Record<string, unknown>)[key]);
        }
      };
      walk(copy);
      const [node, key] = places[at % places.length] ?? [];
      if (!node || key === undefined || (node === copy && kindKeys.has(key))) continue;
      if (value === undefined) delete node[key];
      else node[key] = value;
    }
    return copy;
  };

  it('presses, forms and events', async () => {
    const { slack } = scene.stand;
    const [card] = slack.messages(channelIds.ops);
    if (!card) throw new Error('no card');
    const press = () =>
      slack.build.click(personIds.admin, card, { actionId: 'acuops:health:details' }).payload;
    const send = {
      click: (changes: Changes) => slack.deliver('interaction', spoiled(press(), changes)),
      form: (changes: Changes) =>
        slack.deliver(
          'interaction',
          spoiled({ ...press(), actions: undefined, type: 'view_submission', view: noteForm }, changes),
        ),
      command: (changes: Changes) =>
        slack.deliver(
          'command',
          spoiled(slack.build.command(personIds.admin, channelIds.ops, '/acuops', 'list').payload, changes),
        ),
      event: (changes: Changes) =>
        slack.deliver('event', spoiled(slack.build.event({ ...mention }).payload, changes)),
    };
    await fc.assert(
      fc.asyncProperty(
        spoil,
        fc.constantFrom(...(Object.keys(send) as (keyof typeof send)[])),
        async (changes, kind) => {
          const ack = await send[kind](changes);
          // Where even the person is missing Bolt itself gives up with a 500, which is an answer.
          expect(['answered', 'refused'], `${kind} ${JSON.stringify(changes)}`).toContain(ack.kind);
          expectAlive();
        },
      ),
      bounded,
    );
  });

  it('payloads of no known kind', async () => {
    const samples = fc.sample(fc.object(), { seed, numRuns: 20 });
    const acks = await Promise.all(samples.map((any) => scene.stand.slack.deliver('interaction', any)));
    // Bolt lets them wait until Slack gives up; nothing else may happen.
    expect(acks.filter(({ kind }) => !['timeout', 'refused'].includes(kind))).toEqual([]);
    expectAlive();
  });

  it('webhooks', async () => {
    const event = fc.constantFrom('workflow_run', 'workflow_job', 'push', 'ping', '\u00ff');
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      hostileText,
      fc.constant('{"repository":{"full_name":"acuops-demo/acuops-bayline"},"workflow_run":{}}'),
    );
    await fc.assert(
      fc.asyncProperty(event, body, fc.boolean(), async (name, text, signed) => {
        const mark = createHmac('sha256', signed ? scene.stand.github.webhookSecret : 'wrong')
          .update(text)
          .digest('hex');
        const response = await fetch(`${desk.url ?? ''}/webhooks/github`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-github-event': name,
            'x-github-delivery': randomUUID(),
            'x-hub-signature-256': `sha256=${mark}`,
          },
          body: text,
        });
        expect(response.status, `answer: ${text}`).toBeLessThan(500);
        expect(response.status === 401, 'refused where it is not signed').toBe(!signed);
        expectAlive();
      }),
      bounded,
    );
  });

  it('the door of the terminal', async () => {
    const { ack } = await scene.ask('token create fuzz');
    const token = /`(acuops_[^`]+)`/u.exec(JSON.stringify(ack.body))?.[1]?.replaceAll('\\n', '') ?? '';
    expect(token.length).toBeGreaterThan(10);
    const call = fc.oneof(
      fc.record({
        words: fc.array(fc.oneof(fc.constantFrom(...verbs), word), { minLength: 1, maxLength: 5 }),
        key: fc.uuid(),
        json: fc.constant(false),
      }),
      fc.object(),
    );
    await fc.assert(
      fc.asyncProperty(call, async (body) => {
        const response = await fetch(`${desk.url ?? ''}/cli/v1/call`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        });
        expect(response.status).toBeLessThan(500);
        expect(((await response.json()) as { text?: string; say?: string }).text ?? 'say').not.toBe('');
        expectAlive();
      }),
      bounded,
    );
  });

  it('the registry file', async () => {
    const file = scene.stand.env['ACUOPS_CLIENTS'] ?? '';
    const good = readFileSync(file, 'utf8');
    const before = await scene.database.db
      .selectFrom('targets')
      .select(['key', 'name', 'version'])
      .orderBy('key')
      .execute();
    const change = fc.tuple(
      fc.nat(good.length),
      fc.nat(40),
      fc.oneof(hostileText, fc.constantFrom('&a [*a,*a]', '- - -', '!!js/function x', '{', '\t', '<<: *x')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const text = changes.reduce(
          (yaml, [at, cut, put]) => yaml.slice(0, at) + put + yaml.slice(at + cut),
          good,
        );
        writeFileSync(file, text);
        const { ack } = await scene.ask('registry import');
        expect(ack.kind).toBe('answered');
        expect(ack.problem).toBeUndefined();
        expect(JSON.stringify(ack.body)).not.toMatch(live);
        expectAlive();
      }),
      bounded,
    );
    writeFileSync(file, good);
    const after = await scene.database.db
      .selectFrom('targets')
      .select(['key', 'name', 'version'])
      .orderBy('key')
      .execute();
    // Some spoiled files are lawful ones: a changed name is a change. None may lose a client.
    expect(after.map(({ key }) => key)).toEqual(expect.arrayContaining(before.map(({ key }) => key)));
  });

  it('and afterwards the desk does its work as before', async () => {
    const { rows } = await sql<{
      n: string;
    }>`select count(*) as n from notes where body ~ '[\\u202A-\\u202E\\u2066-\\u2069]'`.execute(
      scene.database.db,
    );
    expect(Number(rows[0]?.n)).toBeGreaterThanOrEqual(0);
    await scene.ask('killswitch off --reason end');
    const asked = await scene.ask('health --fresh');
    expect(asked.spokenId, `answer: ${asked.ack.text}`).not.toBeNull();
    await scene.quiet(60_000);
    const health = await scene.database.db
      .selectFrom('operations')
      .select('id')
      .where('verb', '=', 'health')
      .execute();
    await expectWhole(scene, [asked], { operations: health.length });
    for (const message of scene.stand.slack.messages(channelIds.ops))
      expect(JSON.stringify(message)).not.toMatch(live);
  });
});
