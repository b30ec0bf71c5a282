/** What was read of a client's runs, without asking GitHub: for pictures that say how old they are. */
import type { HealthClient, RunFact } from '../../policy/health/facts.ts';
import { RunsPage } from './answers.ts';
import { type GitHubCache, toNeededFiles, toRunsKey } from './cached-answer.ts';
import { toRunFacts } from './to-facts.ts';

export interface KnownRuns {
  readonly list: readonly RunFact[];
  readonly readAt: Date;
}

/** Null where nothing was read yet. */
export const readKnownRuns = async (
  cache: GitHubCache,
  client: Pick<HealthClient, 'repo' | 'deployWorkflow' | 'ciWorkflows'>,
): Promise<KnownRuns | null> => {
  const key = toRunsKey(client.repo);
  const entry = (await cache.read([key])).get(key);
  const page = RunsPage.safeParse(entry?.body);
  return entry && page.success
    ? { list: toRunFacts(page.data.workflow_runs, toNeededFiles(client)), readAt: entry.fetchedAt }
    : null;
};
