/** Loops go on whatever a round does, hurry when nudged, and stop when told. */
import { describe, expect, it, vi } from 'vitest';
import { startNotifier, startSealer } from '../../src/jobs/background.ts';
import { startLoop } from '../../src/jobs/loop.ts';

const noLog = (): void => undefined;

describe('a loop', () => {
  it('goes on after rounds that throw, and says so once', async () => {
    const lines: string[] = [];
    let rounds = 0;
    const loop = startLoop(
      'test',
      1,
      async () => {
        rounds += 1;
        if (rounds < 10) throw new Error('trouble');
        return false;
      },
      (line) => void lines.push(line),
    );
    await vi.waitFor(() => expect(rounds).toBeGreaterThan(12));
    await loop.stop();
    expect(lines).toEqual(['the test loop had trouble and goes on', 'the test loop works again']);
  });

  it('sleeps until it is nudged, also when the nudge comes during a round', async () => {
    let rounds = 0;
    const gate = Promise.withResolvers<void>();
    const loop = startLoop(
      'test',
      60_000,
      async () => {
        rounds += 1;
        if (rounds === 2) await gate.promise;
        return false;
      },
      noLog,
    );
    await vi.waitFor(() => expect(rounds).toBe(1));
    loop.nudge();
    await vi.waitFor(() => expect(rounds).toBe(2));
    loop.nudge();
    gate.resolve();
    await vi.waitFor(() => expect(rounds).toBe(3));
    await loop.stop();
  });

  it('waits for the round that runs when it is stopped, and runs no other', async () => {
    const gate = Promise.withResolvers<void>();
    let ended = 0;
    const loop = startLoop(
      'test',
      1,
      async () => {
        await gate.promise;
        ended += 1;
        return true;
      },
      noLog,
    );
    const stopped = loop.stop();
    gate.resolve();
    await stopped;
    expect(ended).toBe(1);
  });
});

describe('the background', () => {
  it('sends as a new owner each round, so that a late sender of an earlier one owns nothing', async () => {
    const owners: string[] = [];
    const notifier = startNotifier(
      async (owner) => {
        owners.push(owner);
        return Array.from({ length: owners.length < 4 ? 20 : 0 }, () => Promise.resolve());
      },
      noLog,
      60_000,
    );
    await vi.waitFor(() => expect(owners).toHaveLength(4));
    await notifier.stop();
    expect(new Set(owners).size).toBe(4);
  });

  it('seals page after page without pause while there are full ones', async () => {
    let pages = 0;
    const sealer = startSealer(
      async () => {
        pages += 1;
        return pages < 5 ? 500 : 3;
      },
      noLog,
      60_000,
    );
    await vi.waitFor(() => expect(pages).toBe(5));
    await sealer.stop();
  });
});
