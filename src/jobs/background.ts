/** The small loops beside the worker: cards until delivered, audit rows until sealed, schedules when they are due. */
import { createId } from '../runtime/ids.ts';
import { startLoop } from './loop.ts';

type Log = (line: string, detail: object) => void;

export interface Background {
  readonly nudge: () => void;
  readonly stop: () => Promise<void>;
}

const cardsAtOnce = 20;

/** `takeDue` sets out with what is due and answers one promise for each. None waits for another: a call that Slack leaves unanswered takes one place and no more. */
export const startNotifier = (
  takeDue: (owner: string, limit: number) => Promise<readonly Promise<void>[]>,
  log: Log,
  everyMs = 250,
): Background => {
  const running = new Set<Promise<void>>();
  /** There was no room for all: whoever ends next looks at once instead of waiting for the timer. */
  let crowded = false;

  const track = (delivery: Promise<void>): void => {
    const guarded = delivery.catch((error: unknown) =>
      log('a delivery failed; its lease will run out', { error }),
    );
    running.add(guarded);
    void guarded.finally(() => {
      running.delete(guarded);
      if (crowded) loop.nudge();
    });
  };

  const loop = startLoop(
    'notifier',
    everyMs,
    async () => {
      const free = cardsAtOnce - running.size;
      if (free > 0) {
        // An owner for each round: what a slow sender says after its lease ran out is then nobody's.
        const taken = await takeDue(createId(), free);
        for (const delivery of taken) track(delivery);
        crowded = taken.length >= free;
      }
      return false;
    },
    log,
  );

  return {
    nudge: loop.nudge,
    stop: async () => {
      await loop.stop();
      await Promise.all(running);
    },
  };
};

/** `runDue` asks for what is due and answers how many; each is due to the minute at best. */
export const startScheduler = (
  runDue: (owner: string) => Promise<number>,
  log: Log,
  everyMs = 5_000,
): Background => {
  const owner = createId();
  return startLoop('schedule', everyMs, async () => (await runDue(owner), false), log);
};

/** `seal` seals a page and answers how many rows; rows wait about a second at most. */
export const startSealer = (seal: () => Promise<number>, log: Log, everyMs = 700): Background =>
  startLoop('sealer', everyMs, async () => (await seal()) >= 500, log);
