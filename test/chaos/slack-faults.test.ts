/** Slack limits, fails, falls silent or loses its answer: there is one card in the end, and it is true. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { personIds } from '../../sandbox/world.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

interface Misfortune {
  readonly name: string;
  readonly order: (scene: Scene) => void;
  /** What shows that it happened, beside the order book being empty. */
  readonly check?: (scene: Scene) => void;
  readonly settlesMs?: number;
}

const posts = ({ stand }: Scene) => stand.slack.calls('chat.postMessage');

const untilSockets = async ({ stand }: Scene, count: number): Promise<void> => {
  for (const until = Date.now() + 20_000; stand.slack.socketCount() !== count; await sleep(5))
    if (Date.now() > until) throw new Error(`never ${count} connections`);
};

const misfortunes: readonly Misfortune[] = [
  {
    name: 'a post is put off with Retry-After',
    order: ({ stand }) => stand.slack.faults.rateLimit('chat.postMessage', { retryAfterSeconds: 3 }),
    check: (scene) => {
      const [turnedAway, posted] = posts(scene);
      expect(turnedAway?.status).toBe(429);
      expect((posted?.at ?? 0) - (turnedAway?.at ?? 0), 'waited as told').toBeGreaterThanOrEqual(2_900);
    },
  },
  {
    name: 'an edit is put off with Retry-After',
    order: ({ stand }) => stand.slack.faults.rateLimit('chat.update', { retryAfterSeconds: 2 }),
  },
  {
    name: 'a post ends in 500 and was not made',
    order: ({ stand }) => stand.slack.faults.serverError('chat.postMessage'),
    check: (scene) => expect(posts(scene)).toHaveLength(2),
    settlesMs: 60_000,
  },
  {
    name: 'edits end in 500',
    order: ({ stand }) => stand.slack.faults.serverError('chat.update', { times: 2 }),
  },
  {
    name: 'a post is met by silence',
    order: ({ stand }) => stand.slack.faults.silence('chat.postMessage'),
    check: (scene) => expect(posts(scene)).toHaveLength(2),
    settlesMs: 70_000,
  },
  {
    name: 'a post is made and its answer lost',
    order: ({ stand }) => stand.slack.faults.loseAnswer('chat.postMessage'),
    check: (scene) => expect(posts(scene), 'looked for, not posted again').toHaveLength(1),
  },
  {
    name: 'the answer is lost and history fails at first',
    order: ({ stand }) => {
      stand.slack.faults.loseAnswer('chat.postMessage');
      stand.slack.faults.serverError('conversations.history', { times: 2 });
    },
    check: (scene) => expect(posts(scene)).toHaveLength(1),
  },
];

describe.each(backends)('Slack in trouble, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip).concurrent.each(misfortunes)('$name', async ({ order, check, settlesMs }) => {
    const scene = await createScene({ backend });
    try {
      await scene.startDesk();
      order(scene);
      const asked = await scene.ask('health');
      expect(asked.spokenId, 'the card’s trouble is not the asker’s').not.toBeNull();
      await scene.quiet(settlesMs);
      expect(scene.stand.slack.faults.pending(), 'everything ordered has happened').toBe(0);
      await expectWhole(scene, [asked], { operations: 1 });
      check?.(scene);
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('sockets are cut and refreshed', async () => {
    const scene = await createScene({ backend, mode: 'socket' });
    try {
      await scene.startDesk();
      const { slack } = scene.stand;
      const first = await scene.ask('health heritage');
      slack.faults.dropSockets();
      await untilSockets(scene, 0);
      await untilSockets(scene, 1);
      const second = await scene.ask('health bayline');
      slack.faults.refreshSockets();
      await sleep(1_500);
      await untilSockets(scene, 1);
      const third = await scene.ask('health kestrel');
      for (const { ack } of [first, second, third]) expect(ack.kind, `answer: ${ack.text}`).toBe('answered');
      const [mention] = await slack.mention(personIds.admin, first.channel, 'list', {
        times: 3,
        replay: true,
      });
      expect(mention?.ok).toBe(true);
      await scene.quiet();
      await expectWhole(scene, [first, second, third], { operations: 3 });
    } finally {
      await scene.stop();
    }
  });
});
