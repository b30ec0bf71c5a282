/** A question to people while desks die and everybody presses at once: it is decided once, by those who may, and nothing is asked of the world twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { channelIds, personIds, teamId } from '../../sandbox/world.ts';
import { decodeReport } from '../../src/commands/deploy/plan.ts';
import type { DeployReport } from '../../src/policy/deploy/report.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

const approve = 'acuops:deploy:approve';

const readDeploy = async ({ database }: Scene) => {
  const rows = await database.db.selectFrom('operations').selectAll().where('verb', '=', 'deploy').execute();
  expect(rows, 'asked once').toHaveLength(1);
  const [row] = rows;
  if (!row) throw new Error('no deploy');
  return row;
};

const until = async (scene: Scene, state: DeployReport['state']): Promise<void> => {
  for (const end = Date.now() + 30_000; ; await sleep(40)) {
    const [row] = await scene.database.db
      .selectFrom('operations')
      .select('result')
      .where('verb', '=', 'deploy')
      .execute();
    if (row?.result && decodeReport(row.result).state === state) return;
    if (Date.now() > end) throw new Error(`never ${state}: ${JSON.stringify(row?.result).slice(0, 500)}`);
  }
};

const grant = async (scene: Scene): Promise<void> => {
  const { ack } = await scene.ask(`role grant ${teamId}:${personIds.onCall} operator`);
  expect(ack.ok, `answer: ${ack.text}`).toBe(true);
};

const untilAsked = async (scene: Scene): Promise<void> => {
  for (const end = Date.now() + 30_000; ; await sleep(40)) {
    const shown = scene.stand.slack.messages(channelIds.ops);
    if (shown.some(({ blocks }) => JSON.stringify(blocks).includes(approve))) return;
    if (Date.now() > end) throw new Error('the card never asked');
  }
};

const findCard = ({ stand }: Scene): string => {
  const card = stand.slack
    .messages(channelIds.ops)
    .find((message) => JSON.stringify(message.blocks).includes(approve));
  if (!card) throw new Error('no card to press');
  return card.ts;
};

const press = (scene: Scene, who: string, options?: Parameters<Scene['stand']['slack']['click']>[4]) =>
  scene.stand.slack.click(who, channelIds.ops, findCard(scene), { actionId: approve }, options);

describe.each(backends)('asking people, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip).concurrent('with a worker that dies while it looks, and after people agreed', async () => {
    const scene = await createScene({ backend });
    const { github, acumatica } = scene.stand;
    try {
      await scene.startDesk({ roles: 'bot' });
      await grant(scene);
      github.faults.slow({ path: '*/acuops-aster/*' }, 300);
      const first = await scene.startDesk({ roles: 'worker' });
      const asked = await scene.ask('deploy aster', personIds.onCall);
      await until(scene, 'looking');
      await first.kill();
      const second = await scene.startDesk({ roles: 'worker' });
      await until(scene, 'waiting');
      await second.kill();
      // It died before the card showed the question, or after; the next one draws it.
      const drawing = await scene.startDesk({ roles: 'worker' });
      await untilAsked(scene);
      await drawing.kill();
      // Nobody is at work, and the press counts all the same.
      const [ack] = await press(scene, personIds.admin);
      expect(ack?.ok).toBe(true);
      const third = await scene.startDesk({ roles: 'worker' });
      await until(scene, 'checking');
      await third.kill();
      github.faults.clear();
      await scene.startDesk({ roles: 'worker' });
      await scene.quiet(60_000);
      const { result, state } = await readDeploy(scene);
      expect(state).toBe('done');
      expect(decodeReport(result)).toMatchObject({ state: 'approved', approval: { round: 1 } });
      expect(acumatica.sessions('tradecloud'), 'nobody is left signed in').toEqual([]);
      expect(github.calls().filter(({ method }) => method !== 'GET')).toEqual([]);
      await expectWhole(scene, [asked], { operations: 0 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('with fifty presses at once, each three times', async () => {
    const scene = await createScene({ backend });
    try {
      await scene.startDesk();
      await grant(scene);
      const asked = await scene.ask('deploy aster', personIds.onCall);
      await until(scene, 'waiting');
      await untilAsked(scene);
      const thrice = { times: 3, replay: true, concurrently: true } as const;
      const people = [
        personIds.admin,
        personIds.onCall,
        personIds.outsider,
        personIds.admin,
        personIds.onCall,
      ];
      await Promise.all(
        Array.from({ length: 10 }, () => people.map((who) => press(scene, who, thrice))).flat(),
      );
      await scene.quiet(60_000);
      const { result } = await readDeploy(scene);
      const report = decodeReport(result);
      expect(report.state).toBe('approved');
      expect(report.approval?.votes.map(({ by, verdict }) => [by.user, verdict])).toEqual([
        [personIds.admin, 'approve'],
      ]);
      const votes = await scene.database.db.selectFrom('approval_votes').selectAll().execute();
      expect(votes).toHaveLength(1);
      await expectWhole(scene, [asked], { operations: 0 });
    } finally {
      await scene.stop();
    }
  });
});
