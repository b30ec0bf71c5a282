/** The demo's story in this process: right when it is played as written, and called wrong when the password is not rotated. */
import { describe, expect, it } from 'vitest';
import { playStory } from '../../sandbox/demo/story.ts';
import { seedRoles } from '../../sandbox/seed-roles.ts';
import { createStand, startDeskIn } from '../../sandbox/stand.ts';
import { createWorld } from '../../sandbox/world.ts';
import { createTestDatabase } from '../support/postgres.ts';

const play = async (rotate: boolean) => {
  const database = await createTestDatabase();
  const stand = await createStand({
    world: createWorld({ now: new Date() }),
    env: { DATABASE_URL: database.url },
  });
  const told: string[] = [];
  try {
    const desk = await startDeskIn(stand);
    try {
      await seedRoles(stand.env['ACUOPS_DATA'] ?? '');
      const faults = await playStory(stand, { tell: (line) => told.push(line), rotate });
      return { faults, told: told.join('\n') };
    } finally {
      await desk.shutdown.run('the test is over');
    }
  } finally {
    await stand.stop();
    await database.drop();
  }
};

describe('the demo', { timeout: 40_000 }, () => {
  it('finds nothing wrong, and shows each card and answer', async () => {
    const { faults, told } = await play(true);
    expect(faults).toEqual([]);
    expect(told).toContain('Dana (on-call) types in #ops: /acuops health');
    expect(told).toContain('4 of 7 need you, worst: Heritage Fabrics P1, sign-in refused');
    expect(told).toContain('Recovered: Heritage Fabrics');
    expect(told).toContain('You may not see that client');
    expect(told).toContain('You have no role at this desk');
    expect(told).not.toContain('heritage-api-2026');
  });

  it('says what is wrong where the password stays the old one', async () => {
    const { faults } = await play(false);
    expect(faults).toEqual([
      'Heritage Fabrics should no longer fail, the card still lists it',
      'the card should say that Heritage Fabrics recovered',
    ]);
  });
});
