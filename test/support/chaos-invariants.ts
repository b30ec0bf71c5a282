/** What holds after every misfortune: nothing asked for is lost or doubled, one card with the true end, no effect twice, an audit chain that is whole. */
import { expect } from 'vitest';
import { toSiteUser } from '../../sandbox/world/client.ts';
import { renderHealthCard } from '../../src/commands/health/blocks.ts';
import { verifyChain } from '../../src/operations/audit.ts';
import { HealthReport } from '../../src/policy/health/report.ts';
import { readAuditHead, readSealed } from '../../src/store/audit-store.ts';
import type { Asked, Scene } from './chaos-scene.ts';

const signInPath = '/entity/auth/login';

const readOperations = ({ database }: Scene) =>
  database.db.selectFrom('operations').selectAll().orderBy('created_at').execute();
const readCards = ({ database }: Scene) =>
  database.db.selectFrom('cards').selectAll().orderBy('created_at').execute();

/** Every message in the pretend Slack that bears a card's id. */
export const findCardMessages = ({ stand }: Scene) => {
  const channels = [
    ...stand.world.slack.channels.map((channel) => channel.id),
    ...stand.world.slack.people.map((person) => stand.slack.dm(person.id)),
  ];
  return channels.flatMap((channel) =>
    stand.slack.messages(channel).flatMap((message) => {
      const payload = message.metadata?.['event_payload'] as { card?: string } | undefined;
      return payload?.card === undefined ? [] : [{ card: payload.card, message }];
    }),
  );
};

/** Nobody who was told "written down" waits in vain. */
const expectNothingLost = async (scene: Scene, asked: readonly Asked[]): Promise<void> => {
  const operations = await readOperations(scene);
  expect(operations.filter((row) => row.state === 'open' || row.state === 'failed')).toEqual([]);
  for (const { ack, spokenId } of asked.filter(({ spokenId }) => spokenId !== null)) {
    const operation = operations.find((row) => row.spoken_id === spokenId);
    expect(operation?.state, `what was promised: ${ack.text}`).toBe('done');
  }
};

/** Exactly one message per card, and it shows how the operation ended. */
const expectOneTrueCard = async (scene: Scene): Promise<void> => {
  const [operations, cards] = [await readOperations(scene), await readCards(scene)];
  const shown = findCardMessages(scene);
  expect(shown.map(({ card }) => card).toSorted()).toEqual(cards.map((card) => card.id).toSorted());
  for (const card of cards) {
    expect(card).toMatchObject({ delivered_version: card.wanted_version, trouble: null });
    const message = shown.find((one) => one.card === card.id)?.message;
    expect({ channel: card.posted_channel, ts: card.posted_ts }).toEqual({
      channel: message?.channelId,
      ts: message?.ts,
    });
    const operation = operations.find((row) => row.id === card.operation_id);
    const report = HealthReport.safeParse(operation?.result);
    if (operation?.verb !== 'health' || !report.success || card.superseded_by !== null) continue;
    expect(report.data.finishedAt).not.toBeNull();
    const wanted = renderHealthCard(report.data, {
      now: new Date(),
      zone: 'America/Chicago',
      spokenId: operation.spoken_id,
      cardId: card.id,
      version: card.decision_version,
      claims: [],
      supersededBy: null,
      failedOnly: false,
    });
    expect(message?.text).toBe(wanted.text);
    expect(JSON.stringify(message?.blocks)).toContain(operation.spoken_id);
  }
};

/** A second sign-in in one check is one too many: it could lock the account or eat the licence. A deploy looks once before people are asked and once after. */
const expectNoEffectTwice = async (scene: Scene): Promise<void> => {
  const operations = await readOperations(scene);
  const count = (verb: string) => operations.filter((row) => row.verb === verb).length;
  const most = count('health') + 2 * count('deploy');
  const { acumatica, world } = scene.stand;
  const effects = await scene.database.db.selectFrom('effects').selectAll().execute();
  for (const client of world.clients) {
    const { prefix } = client.site;
    const signIns = acumatica
      .calls(prefix)
      .filter((call) => call.path === signInPath && call.user === toSiteUser(client));
    expect(signIns.length, `sign-ins of ${client.id}`).toBeLessThanOrEqual(most);
    if (acumatica.sessions(prefix).length > 0)
      expect(
        effects.some(
          (row) => row.kind === 'acumatica-sign-in' && ['intended', 'ambiguous'].includes(row.state),
        ),
        `an open session on ${prefix} is known to the desk`,
      ).toBe(true);
  }
  const posts = effects.filter((row) => row.kind === 'slack-post');
  expect(posts.filter((row) => row.state !== 'confirmed')).toEqual([]);
};

const expectAuditWhole = async ({ database }: Scene): Promise<void> => {
  const { verdict, unsealed } = await database.transact(async (tx) => ({
    verdict: await verifyChain(readSealed(tx)),
    unsealed: (await readAuditHead(tx)).unsealed,
  }));
  expect(verdict.kind).toBe('whole');
  expect(unsealed).toBe(0);
  const rows = await database.db.selectFrom('audit_rows').select(['operation_id', 'event']).execute();
  const once = rows.filter((row) => ['asked', 'answered', 'finished'].includes(row.event));
  const keys = once.map((row) => `${row.operation_id ?? ''} ${row.event}`);
  expect(new Set(keys).size, 'no event of an operation is recorded twice').toBe(keys.length);
};

/** Call when the scene is quiet. `operations` is how many of verb health there must be in all. */
export const expectWhole = async (
  scene: Scene,
  asked: readonly Asked[],
  expected: { readonly operations: number },
): Promise<void> => {
  await expectNothingLost(scene, asked);
  const health = (await readOperations(scene)).filter((row) => row.verb === 'health');
  expect(health.length, 'operations').toBe(expected.operations);
  await expectOneTrueCard(scene);
  await expectNoEffectTwice(scene);
  await expectAuditWhole(scene);
};
