/** Everything three times, at once and out of order: done once, and nobody is left without an answer. */
import { describe, expect, it } from 'vitest';
import { channelIds, createWorld, personIds, teamId, workflowFiles } from '../../sandbox/world.ts';
import { HealthReport } from '../../src/policy/health/report.ts';
import { expectWhole, findCardMessages } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

const grant = async (scene: Scene): Promise<void> => {
  const { ack } = await scene.ask(`role grant ${teamId}:${personIds.onCall} operator`);
  expect(ack.ok, `answer: ${ack.text}`).toBe(true);
};

const findButton = (scene: Scene, id: string): string => {
  const [shown] = findCardMessages(scene).filter(({ message }) =>
    JSON.stringify(message.blocks).includes(id),
  );
  if (!shown) throw new Error(`no card with ${id}`);
  return shown.message.ts;
};

const readNotes = ({ database }: Scene) =>
  database.db.selectFrom('notes').select('body').orderBy('at').execute();
const again = 'acuops:health:again';
const thrice = { times: 3, replay: true, concurrently: true } as const;

describe.each(backends)('three times, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip).concurrent('commands, clicks and forms', async () => {
    const scene = await createScene({ backend });
    const { slack } = scene.stand;
    try {
      await scene.startDesk();
      await grant(scene);
      const acks = await slack.command(personIds.admin, channelIds.ops, 'health', thrice);
      expect(new Set(acks.map((ack) => /[0-9A-Z]{6}\*/u.exec(ack.text)?.[0])).size, 'one name').toBe(1);
      await scene.quiet();
      await expectWhole(scene, [], { operations: 1 });

      await slack.command(personIds.admin, channelIds.ops, 'note heritage called them', thrice);
      slack.faults.reverseDeliveries('command', { count: 2 });
      await Promise.all(['first', 'second'].map((text) => scene.ask(`note heritage ${text}`)));
      expect((await readNotes(scene)).map(({ body }) => body).toSorted()).toEqual([
        'called them',
        'first',
        'second',
      ]);

      const ts = findButton(scene, again);
      await slack.click(personIds.admin, channelIds.ops, ts, { actionId: again }, thrice);
      await scene.quiet();
      await expectWhole(scene, [], { operations: 2 });
      expect(slack.messages(channelIds.ops), 'Check again takes over the card').toHaveLength(1);

      // Two people who see the same picture, each pressing twice: four triggers, one of them wins.
      const before = slack.ephemerals(personIds.onCall).length + slack.ephemerals(personIds.admin).length;
      await Promise.all(
        [personIds.onCall, personIds.admin].map((who) =>
          slack.click(who, channelIds.ops, ts, { actionId: again }, { times: 2, concurrently: true }),
        ),
      );
      await scene.quiet();
      await expectWhole(scene, [], { operations: 3 });
      const told = [...slack.ephemerals(personIds.onCall), ...slack.ephemerals(personIds.admin)];
      expect(told.length - before, 'who lost is told').toBe(3);
      expect(told.at(-1)?.text).toMatch(/before you/u);

      await slack.click(personIds.onCall, channelIds.ops, ts, { actionId: 'acuops:health:note' });
      const view = await waitForForm(scene, personIds.onCall);
      const values = {
        client: { 'acuops:health:note-client': 'bayline' },
        note: { 'acuops:health:note-text': 'once' },
      };
      await slack.submitView(personIds.onCall, view, values, thrice);
      expect((await readNotes(scene)).filter(({ body }) => body === 'once')).toHaveLength(1);

      await slack.click(personIds.onCall, channelIds.ops, ts, { actionId: 'acuops:health:claim' }, thrice);
      const claims = await scene.database.db.selectFrom('claims').selectAll().execute();
      expect(claims).toHaveLength(1);
      await scene.quiet();
      await expectWhole(scene, [], { operations: 3 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('webhooks of GitHub, and out of order', async () => {
    const world = createWorld({ now: new Date() });
    const scene = await createScene({ backend, world });
    const { github } = scene.stand;
    try {
      await scene.startDesk();
      await scene.ask('health bayline');
      await scene.quiet();
      github.webhooks.reorder(1);
      github.webhooks.duplicate(2);
      world.story.baylineCiRepaired(github, new Date());
      await github.webhooks.settled();
      const sent = github.webhooks.deliveries();
      expect(sent.length).toBeGreaterThanOrEqual(2);
      for (const { guid } of [...sent, ...sent].toReversed()) await github.webhooks.redeliver(guid);
      expect(sent.map(({ status }) => status).filter((status) => status !== 202)).toEqual([]);
      await scene.ask('health bayline');
      await scene.quiet();
      const [last] = await scene.database.db
        .selectFrom('operations')
        .selectAll()
        .where('verb', '=', 'health')
        .orderBy('created_at', 'desc')
        .execute();
      const [bayline] = HealthReport.parse(last?.result).clients;
      const ci = bayline?.observations.find((one) => one.criterion === 'ci');
      expect(ci, 'what the webhooks told is looked at, not believed').toMatchObject({
        verdict: 'pass',
        subject: workflowFiles.ci,
      });
      await expectWhole(scene, [], { operations: 2 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('two bots and two workers at once', async () => {
    const scene = await createScene({ backend });
    try {
      const bots = [await scene.startDesk({ roles: 'bot' }), await scene.startDesk({ roles: 'bot' })];
      await Promise.all([scene.startDesk({ roles: 'worker' }), scene.startDesk({ roles: 'worker' })]);
      const lines = [
        'health',
        'health',
        'health heritage',
        'health premium',
        'health bayline',
        'health kestrel',
        'health --fresh',
        'health',
      ];
      const asked = [];
      for (const [index, line] of lines.entries()) {
        await scene.stand.slack.setRequestUrl(`${bots[index % 2]?.url ?? ''}/slack/events`);
        asked.push(
          scene.ask(
            line,
            personIds.admin,
            index % 3 === 0 ? channelIds.ops : scene.stand.slack.dm(personIds.admin),
          ),
        );
      }
      const answers = await Promise.all(asked);
      await scene.quiet(60_000);
      // The three plain ones are one while the first runs; each place has its card of it.
      const names = new Set(answers.map(({ spokenId }) => spokenId));
      expect(names.has(null)).toBe(false);
      await expectWhole(scene, answers, { operations: names.size });
    } finally {
      await scene.stop();
    }
  });
});

const waitForForm = async ({ stand }: Scene, who: string) => {
  for (const until = Date.now() + 5_000; Date.now() < until; ) {
    const view = stand.slack.openViews(who).at(-1);
    if (view && view.callbackId !== '') return view;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no form came');
};
