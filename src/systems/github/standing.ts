/** Whether GitHub takes our token or our App at all, by questions that cost none of the hourly budget. Which repositories can be read is `rights.ts`. */
import { z } from 'zod';
import type { PrimaryBudget } from './budget.ts';
import type { GitHubClient } from './create-client.ts';
import { toTrouble } from './trouble.ts';

export type Standing =
  | {
      readonly kind: 'accepted';
      readonly identity: 'token' | 'app';
      /** Of this hour, for a token; an App has one per installation, see the client's own budget. */
      readonly primary: PrimaryBudget | null;
    }
  | { readonly kind: 'refused'; readonly identity: 'token' | 'app'; readonly say: string }
  | {
      readonly kind: 'unknown';
      readonly identity: 'token' | 'app';
      readonly say: string;
      /** Where it is GitHub's limit: when that ends. */
      readonly until: Date | null;
    };

const RateLimit = z.object({
  resources: z.object({ core: z.object({ limit: z.number(), remaining: z.number(), reset: z.number() }) }),
});

const askToken = async (client: GitHubClient, signal: AbortSignal): Promise<PrimaryBudget | null> => {
  // With a token there is one account for all repositories.
  const octokit = await client.octokitFor({ owner: 'any', name: 'any' });
  const { data } = await octokit.request('GET /rate_limit', { request: { signal } });
  const core = RateLimit.safeParse(data).data?.resources.core;
  return core ? { ...core, resetAt: new Date(core.reset * 1_000) } : null;
};

/** Never throws. */
export const readStanding = async (
  client: GitHubClient,
  signal: AbortSignal,
  now: () => Date,
): Promise<Standing> => {
  const identity = client.appOctokit === null ? 'token' : 'app';
  try {
    if (client.appOctokit === null)
      return { kind: 'accepted', identity, primary: await askToken(client, signal) };
    await client.appOctokit.request('GET /app', { request: { signal } });
    return { kind: 'accepted', identity, primary: null };
  } catch (error) {
    const trouble = toTrouble(error, now(), identity);
    if (trouble.status === 401) return { kind: 'refused', identity, say: trouble.say };
    // An Enterprise Server without rate limits answers 404: the token was taken all the same.
    if (trouble.status === 404) return { kind: 'accepted', identity, primary: null };
    return { kind: 'unknown', identity, say: trouble.say, until: trouble.until };
  }
};
