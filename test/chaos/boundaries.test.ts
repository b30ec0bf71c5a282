/** kill -9 at every boundary of the spine, one after the other in the same world: each next process finishes what was promised, once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { DeskProcess } from '../support/chaos-desk.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { type Asked, type Backend, backends, createScene, type Scene } from '../support/chaos-scene.ts';

interface Boundary {
  readonly at: string;
  readonly nth?: number;
  /** `lost`: nothing was written and nothing acknowledged, so the person asks again. `unsure`: written, not acknowledged. */
  readonly ack?: 'lost' | 'unsure';
  /** What is asked; default `health`. */
  readonly text?: string;
  /** The sites answer late: a check that is over before its card is posted has nothing to edit. */
  readonly slow?: true;
}

/** Changes our own record beside its own row, so it is written in a transaction. */
const note = 'note heritage called them';

interface Walk {
  readonly name: string;
  /** Whose boundaries these are, where the roles run apart. */
  readonly role: 'bot' | 'worker';
  readonly boundaries: readonly Boundary[];
}

const walks: readonly Walk[] = [
  {
    name: 'request',
    role: 'bot',
    boundaries: [
      { at: 'requests.untied:before', ack: 'lost' },
      { at: 'requests.record:before', ack: 'lost' },
      { at: 'requests.record:after', ack: 'unsure' },
      { at: 'requests.untied:after', ack: 'unsure' },
      { at: 'queue.hint:before', ack: 'unsure' },
      { at: 'requests.transact:before', ack: 'lost', text: note },
      { at: 'requests.transact:inside', ack: 'lost', text: note },
      { at: 'requests.transact:after', ack: 'unsure', text: note },
    ],
  },
  {
    name: 'steps',
    role: 'worker',
    boundaries: [
      { at: 'engine.claim:after' },
      { at: 'engine.saveStep/start:before' },
      { at: 'engine.saveStep/start:after' },
      { at: 'engine.takeItems/pipeline:after' },
      { at: 'engine.finishItem/pipeline:before', nth: 3 },
      { at: 'engine.finishItem/pipeline:after', nth: 3 },
      { at: 'engine.saveStep/instances:before' },
      { at: 'engine.saveStep/instances:after' },
      { at: 'engine.takeItems/api:after' },
      { at: 'engine.saveStep/judge-end:before' },
      { at: 'engine.saveStep/judge-end:after' },
    ],
  },
  {
    name: 'effects',
    role: 'worker',
    boundaries: [
      { at: 'effects.begin/acumatica-sign-in:before' },
      { at: 'effects.settle/acumatica-sign-in:after', nth: 2 },
      { at: 'engine.finishItem/api:before', nth: 2 },
      { at: 'engine.finishItem/api:after', nth: 2 },
      { at: 'effects.begin/acumatica-sign-in:after' },
      { at: 'effects.settle/acumatica-sign-in:before' },
      { at: 'effects.begin/slack-post:before' },
      { at: 'effects.begin/slack-post:after' },
    ],
  },
  {
    name: 'cards',
    role: 'worker',
    boundaries: [
      { at: 'cards.claim:after' },
      { at: 'transport.post:before' },
      { at: 'transport.post:after' },
      { at: 'effects.settle/slack-post:after' },
      { at: 'cards.markPosted:after' },
      { at: 'cards.markDelivered:before' },
      { at: 'cards.markDelivered:after' },
      { at: 'transport.update:before', slow: true },
      { at: 'transport.update:after', slow: true },
      { at: 'audit.seal:after' },
    ],
  },
];

interface World {
  readonly scene: Scene;
  /** With Postgres one process has both roles; with Redis the roles run apart and one of them dies. */
  readonly apart: boolean;
  readonly role: Walk['role'];
  victim: DeskProcess;
  readonly asked: Asked[];
  /** How many were written down so far. */
  operations: number;
  notes: number;
}

const openWorld = async (backend: Backend, role: Walk['role']): Promise<World> => {
  const scene = await createScene({ backend });
  const apart = backend === 'redis';
  const victim = await scene.startDesk({ roles: apart ? role : 'all', entry: 'crash' });
  if (apart) await scene.startDesk({ roles: role === 'bot' ? 'worker' : 'bot' });
  return { scene, apart, role, victim, asked: [], operations: 0, notes: 0 };
};

/** As if twenty minutes went by: a site whose sign-in a death left in doubt is asked again, or later kills would find no sign-in to die in. */
const passDoubts = ({ database }: Scene): Promise<unknown> =>
  sql`update effects set intended_at = intended_at - interval '21 minutes'
    where kind = 'acumatica-sign-in' and state in ('intended', 'ambiguous')`.execute(database.db);

/** Longer than Slack is searched for a post that may have been made. */
const settleMs = 60_000;

const killAt = async (world: World, { at, nth, ack, text = 'health', slow }: Boundary): Promise<void> => {
  const { scene, apart, role, asked } = world;
  await scene.quiet(settleMs);
  await passDoubts(scene);
  if (slow)
    for (const { site } of scene.stand.world.clients)
      if (site.reach === 'answers')
        scene.stand.acumatica.setBehaviour(site.prefix, { kind: 'slow', ms: 2_000 }, 2);
  await world.victim.arm(at, nth);
  const first = await scene.ask(text);
  if (ack !== undefined) expect(first.ack.ok, `answer: ${first.ack.text}`).toBe(false);
  // Where one process does both, the worker's death may come before the bot's answer.
  else if (apart) expect(first.spokenId, `answer: ${first.ack.text}`).not.toBeNull();
  const end = await Promise.race([world.victim.ended, sleep(20_000, null)]);
  expect(end?.signal, 'the boundary was reached').toBe('SIGKILL');
  world.victim = await scene.startDesk({ roles: apart ? role : 'all', entry: 'crash' });
  asked.push(first);
  if (ack === 'lost') asked.push(await scene.ask(text));
  world[text === note ? 'notes' : 'operations'] += 1;
  await scene.quiet(settleMs);
  await expectWhole(scene, asked, { operations: world.operations });
  const { rows } = await sql<{ notes: string; asked: string }>`
    select (select count(*) from notes) as notes, (select count(*) from operations where verb = 'note') as asked`.execute(
    scene.database.db,
  );
  expect(rows[0], 'each note with its record').toEqual({
    notes: String(world.notes),
    asked: String(world.notes),
  });
};

describe.each(backends)('killed at a boundary, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip).concurrent.each(walks)(
    '$name',
    async ({ role, boundaries }) => {
      const failures: string[] = [];
      let world = await openWorld(backend, role);
      for (const boundary of boundaries) {
        try {
          await killAt(world, boundary);
        } catch (error) {
          // The others are walked all the same, in a new world.
          failures.push(`killed at ${boundary.at}: ${error instanceof Error ? error.stack : String(error)}`);
          await world.scene.stop();
          world = await openWorld(backend, role);
        }
      }
      await world.scene.stop();
      expect(failures).toEqual([]);
    },
    480_000,
  );
});
