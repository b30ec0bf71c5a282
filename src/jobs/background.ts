/** The small loops beside the worker: cards until delivered, audit rows until sealed, schedules when they are due. */
import { createId } from '../runtime/ids.ts';
import { startLoop } from './loop.ts';

type Log = (line: string, detail: object) => void;

export interface Background {
  readonly nudge: () => void;
  readonly stop: () => Promise<void>;
}

/** `deliverDue` sends what is due and answers how many it sent. */
export const startNotifier = (
  deliverDue: (owner: string, limit: number) => Promise<number>,
  log: Log,
  everyMs = 250,
): Background =>
  // An owner for each round: what a slow sender says after its lease ran out is then nobody's.
  startLoop('notifier', everyMs, async () => (await deliverDue(createId(), 20)) >= 20, log);

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
