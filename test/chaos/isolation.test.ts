/** An outsider and a client's contact walk every verb, alias, button, form, id, place and the terminal's door: nothing of another client is in anything they can see. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElements } from '../../sandbox/slack/block-ids.ts';
import { channelIds, clientTeamId, personIds, teamId } from '../../sandbox/world.ts';
import { createToken } from '../../src/store/access-store.ts';
import type { DeskProcess } from '../support/chaos-desk.ts';
import { createScene, type Scene } from '../support/chaos-scene.ts';

const marks = ['NOTE-OF-HERITAGE-7741', 'NOTE-OF-KESTREL-7742'] as const;
const foreign =
  /Quillon Textiles|Kestrel Instr|Aster Medical|Norrland Timber|Pacific Crate|Juniper Retail|Wexford Tools|acuops-(?:kestrel|aster|norrland|pacific-crate|juniper|wexford)|NOTE-OF-|sign-in refused|tradecloud/u;
const keys = [
  'heritage',
  'kestrel',
  'aster',
  'norrland',
  'pacific-crate',
  'juniper',
  'wexford',
  'premium',
  'standard',
  '--all',
];
const intruders = [
  { who: 'outsider', user: personIds.outsider, team: teamId },
  { who: 'contact of Bayline', user: personIds.clientContact, team: clientTeamId },
] as const;

describe.each(intruders)('$who', ({ user, team }) => {
  let scene: Scene;
  let desk: DeskProcess;
  let spoken: readonly string[];
  beforeAll(async () => {
    scene = await createScene({ backend: 'postgres' });
    desk = await scene.startDesk();
    // Usage examples speak of Heritage Fabrics, whoever the clients are; so here that client has another name.
    await scene.ask('edit-client heritage --name "Quillon Textiles"');
    // A contact who has an account of ours may type; one of a connected workspace can press and use the terminal only.
    if (team === clientTeamId) await scene.ask(`role grant ${teamId}:${user} contact bayline`);
    await scene.ask(`note heritage ${marks[0]}`);
    await scene.ask(`note kestrel ${marks[1]}`);
    const own = await Promise.all([
      scene.ask('health'),
      scene.ask('health heritage'),
      scene.ask('health', personIds.admin, channelIds.heritage),
    ]);
    await scene.quiet();
    spoken = own.map(({ spokenId }) => spokenId ?? '');
  });
  afterAll(() => scene.stop());

  /** All that this person's screen shows beside the answers: their DM, the channels they are in, whispers, windows, files there. */
  const readScreen = (): string => {
    const { slack, world } = scene.stand;
    const places = [
      slack.dm(user),
      ...world.slack.channels.filter(({ memberIds }) => memberIds.includes(user)).map(({ id }) => id),
    ];
    const files = slack
      .files()
      .filter((file) => file.channelId === undefined || places.includes(file.channelId));
    return JSON.stringify([
      places.map((place) => slack.messages(place)),
      slack.ephemerals(user),
      slack.openViews(user),
      slack.home(user) ?? null,
      files.map((file) => file.bytes.toString()),
    ]);
  };
  const places = (): readonly string[] => [
    channelIds.ops,
    channelIds.heritage,
    channelIds.bayline,
    channelIds.random,
    scene.stand.slack.dm(user),
  ];

  const readVerbs = async (): Promise<readonly string[]> => {
    const token = await scene.database.transact((tx) =>
      createToken(
        tx,
        { team: teamId, user: personIds.admin },
        'walk',
        new Date(),
        new Date(Date.now() + 60_000),
      ),
    );
    const response = await fetch(`${desk.url ?? ''}/cli/v1/help`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const help = (await response.json()) as { commands: { verb: string; aliases: string[] }[] };
    const verbs = help.commands.flatMap(({ verb, aliases }) => [verb, ...aliases]);
    expect(verbs).toEqual(
      expect.arrayContaining(['health', 'status', 'list', 'note', 'audit', 'registry', 'take']),
    );
    return verbs;
  };
  const toLines = (verbs: readonly string[]): readonly string[] => [
    ...verbs.flatMap((verb) => ['', ...keys].map((key) => `${verb} ${key}`)),
    ...spoken.flatMap((id) => [`status ${id}`, `health ${id}`, `audit --operation ${id}`]),
    'registry export',
    'audit --client heritage',
    'audit verify',
    'audit export',
    'role list',
    'token list',
    'help health',
    'edit-client heritage --name x',
    'remove-client heritage --reason x',
    'killswitch on --target heritage --reason x',
    `role grant ${team}:${user} admin`,
    `role grant ${team}:${user} contact heritage`,
    'note heritage hello',
    'health heritage --fresh',
    'health --failed',
    'health nosuch',
    'status nosuch',
  ];

  it('every verb and alias in every place', async () => {
    const lines = toLines(await readVerbs());
    for (const [index, text] of lines.entries()) {
      // Everything is asked in two of the places, turn by turn, and everything of health and status in all.
      const all = /^(?:health|status|list|h|check)\b/u.test(text);
      const where = all
        ? places()
        : [0, 2].flatMap((step) => places()[(index + step) % places().length] ?? []);
      for (const place of where) {
        const payload = scene.stand.slack.build.command(user, place, '/acuops', text).payload;
        const ack = await scene.stand.slack.deliver('command', payload);
        expect(ack.ok, `answer: ${text}`).toBe(true);
        expect(JSON.stringify(ack.body), `${text} in ${place}`).not.toMatch(foreign);
        // In a shared channel Slack may name the workspace where it was typed: the person is still theirs.
        const other = await scene.stand.slack.deliver('command', {
          ...payload,
          team_id: teamId,
          trigger_id: randomUUID(),
        });
        expect(JSON.stringify(other.body), `${text} in ${place}`).not.toMatch(foreign);
      }
    }
    await scene.quiet();
    expect(readScreen()).not.toMatch(foreign);
    const changed = await scene.database.db
      .selectFrom('targets')
      .select('name')
      .where('key', '=', 'heritage')
      .executeTakeFirstOrThrow();
    expect(changed.name).toBe('Quillon Textiles');
    const notes = await scene.database.db.selectFrom('notes').select('body').execute();
    expect(notes.map(({ body }) => body).toSorted()).toEqual([...marks]);
    expect(
      await scene.database.db
        .selectFrom('access_rules')
        .select('id')
        .where('subject', '=', user)
        .where('role', '<>', 'contact')
        .execute(),
    ).toEqual([]);
  });

  it('has the rights that the walk goes by', async () => {
    const place = scene.stand.slack.dm(user);
    const { payload } = scene.stand.slack.build.command(user, place, '/acuops', 'status bayline');
    const ack = await scene.stand.slack.deliver('command', { ...payload, team_id: teamId });
    expect(JSON.stringify(ack.body).includes('Bayline Foods')).toBe(team === clientTeamId);
  });

  it('a hidden client and none at all are answered alike', async () => {
    for (const verb of ['health', 'status', 'note', 'take', 'retry-sign-in']) {
      const [hidden, absent] = await Promise.all(
        ['kestrel', 'zzzzzzz'].map((key) => scene.ask(`${verb} ${key} x`.trim(), user, channelIds.bayline)),
      );
      expect(hidden?.ack.text.replaceAll('kestrel', '…'), `answer: ${verb}`).toBe(
        absent?.ack.text.replaceAll('zzzzzzz', '…'),
      );
    }
  });

  it('every button and select of others’ cards, and forms made up', async () => {
    const { slack } = scene.stand;
    const cards = [channelIds.ops, channelIds.heritage].flatMap((place) => slack.messages(place));
    const before = cards.map((card) => JSON.stringify(card.blocks));
    const callsBefore = slack.calls().length;
    let pressed = 0;
    for (const card of cards)
      for (const { actionId, element } of findElements(card.blocks)) {
        const options = ((element['options'] ?? []) as { value: string }[]).map(({ value }) => ({
          actionId,
          selectedOption: value,
        }));
        for (const choice of options.length > 0 ? options : [{ actionId }])
          for (const place of [card.channelId, channelIds.bayline, slack.dm(user)]) {
            const { payload } = slack.build.click(user, card, choice);
            const moved = {
              ...payload,
              channel: { id: place, name: 'x' },
              container: { ...(payload['container'] as object), channel_id: place },
            };
            const ack = await slack.deliver('interaction', moved);
            expect(JSON.stringify(ack.body)).not.toMatch(foreign);
            pressed += 1;
          }
        for (const id of [JSON.stringify({ c: randomUUID(), v: 1, t: 'heritage' }), 'nonsense']) {
          const { payload } = slack.build.click(user, card, { actionId });
          await slack.deliver('interaction', {
            ...payload,
            actions: [{ action_id: actionId, type: 'button', value: id, action_ts: '1' }],
          });
        }
      }
    expect(pressed).toBeGreaterThan(20);
    const form = (channel: string, client: string) => ({
      type: 'view_submission',
      team: { id: team },
      user: { id: user, team_id: team },
      trigger_id: randomUUID(),
      view: {
        id: 'V0FAKE',
        type: 'modal',
        callback_id: 'acuops:health:note',
        private_metadata: JSON.stringify({
          channel,
          memo: JSON.stringify({ c: randomUUID(), v: 1, t: client }),
        }),
        state: {
          values: {
            client: { x: { type: 'static_select', selected_option: { value: client } } },
            note: { y: { type: 'plain_text_input', value: 'planted' } },
          },
        },
      },
    });
    for (const client of ['heritage', 'kestrel', 'bayline'])
      for (const channel of places()) {
        const ack = await slack.deliver('interaction', form(channel, client));
        expect(JSON.stringify(ack.body)).not.toMatch(foreign);
      }
    await scene.quiet();
    await sleep(1_000);
    // Windows come and go; what was ever put into one, or whispered, is in the calls.
    const shown = slack
      .calls()
      .slice(callsBefore)
      .filter(({ method }) => /^(?:views\.|response_url|chat\.postEphemeral)/u.test(method));
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter(({ args }) => foreign.test(JSON.stringify(args)))).toEqual([]);
    expect(readScreen()).not.toMatch(foreign);
    expect(
      await scene.database.db.selectFrom('notes').select('id').where('body', '=', 'planted').execute(),
    ).toEqual([]);
    expect(await scene.database.db.selectFrom('claims').selectAll().execute()).toEqual([]);
    const now = [channelIds.ops, channelIds.heritage].flatMap((place) => slack.messages(place));
    expect(
      now.map((card) => JSON.stringify(card.blocks)),
      'no press moved anything',
    ).toEqual(before);
  });

  it('the door of the terminal, with a token that is theirs', async () => {
    const token = await scene.database.transact((tx) =>
      createToken(tx, { team, user }, 'walk', new Date(), new Date(Date.now() + 600_000)),
    );
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    for (const text of toLines(await readVerbs())) {
      const words = text.trim().split(' ');
      const response = await fetch(`${desk.url ?? ''}/cli/v1/call`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ words, key: randomUUID(), json: false }),
      });
      const said = await response.text();
      expect(response.status, `answer: ${text}`).toBeLessThan(500);
      expect(said, `answer: ${text}`).not.toMatch(foreign);
      const started = /"kind":"started","operation":"([0-9A-Z]{6})"/u.exec(said)?.[1];
      const picture = await fetch(`${desk.url ?? ''}/cli/v1/operations/${started ?? 'none'}?waitMs=20000`, {
        headers,
      });
      expect(await picture.text(), `answer: ${text}`).not.toMatch(foreign);
    }
    for (const id of spoken) {
      const picture = await fetch(`${desk.url ?? ''}/cli/v1/operations/${id}`, { headers });
      expect(picture.status, 'another person’s operation is nobody’s').toBe(404);
      expect(await picture.text()).not.toMatch(foreign);
    }
    expect((await fetch(`${desk.url ?? ''}/cli/v1/help`)).status).toBe(401);
  });
});
