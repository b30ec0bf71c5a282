/** Asks the same GitHub questions as the desk did, and touches the same sites, with nothing but `fetch`: how fast this machine could at most be. Told by a message, answers in milliseconds. */
import { createServer } from 'node:http';
import { listenOnLoopback } from '../../sandbox/loopback.ts';

export interface ReplayPlan {
  readonly token: string;
  readonly urls: readonly string[];
  readonly atOnce: number;
}

const inParallel = async (plan: ReplayPlan): Promise<void> => {
  const left = [...plan.urls];
  const headers = { authorization: `token ${plan.token}`, 'user-agent': 'bench' };
  const work = async (): Promise<void> => {
    for (let url = left.pop(); url !== undefined; url = left.pop()) {
      const answer = await fetch(url, { headers });
      await answer.text();
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, work));
};

/** One after another, as the desk asks GitHub before it signs in anywhere. */
const replay = async (plans: readonly ReplayPlan[]): Promise<number> => {
  const since = performance.now();
  for (const plan of plans) await inParallel(plan);
  return performance.now() - since;
};

process.on('message', (message) => {
  replay(message as readonly ReplayPlan[]).then(
    (tookMs) => process.send?.({ tookMs }),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));

// Listens only to have an address to report, like every measured process.
const server = createServer();
const port = await listenOnLoopback(server, 0);
process.stdout.write(`replay ready at http://127.0.0.1:${port}\n`);
