/** What the machine and the pretend world allow at most: the calls of one check again, from a process that does nothing else, as many at once as the desk allows itself. */
import type { Stand } from '../../sandbox/stand.ts';
import type { MeasuredProcess } from '../child-process.ts';
import type { ReplayPlan } from '../processes/replay.ts';

/** The desk's own: GitHub calls at once, and items (here sites) at once in one worker. */
export const githubAtOnce = 20;
export const sitesAtOnce = 96;
/** In and out again. */
export const callsPerSite = 2;

/** Milliseconds. */
export type Replay = () => Promise<number>;

export const createReplay =
  (stand: Stand, bare: MeasuredProcess): Replay =>
  async () => {
    const asked = stand.github.calls().map((call) => `${stand.github.apiUrl}${call.path}`);
    const sites = stand.world.clients.flatMap(({ site }) =>
      Array.from({ length: callsPerSite }, () => stand.acumatica.urlOf(site.prefix)),
    );
    const plans: readonly ReplayPlan[] = [
      { token: stand.github.token, urls: asked, atOnce: githubAtOnce },
      { token: '', urls: sites, atOnce: sitesAtOnce },
    ];
    const answer = await bare.ask(plans);
    const { tookMs, failed } = answer as { readonly tookMs?: number; readonly failed?: string };
    if (tookMs === undefined) throw new Error(`the replay failed: ${failed ?? 'no answer'}`);
    return tookMs;
  };
