/**
 * Reads the runs that a health check looks at: the repository's newest page, and a workflow's own page only where that one is cut
 * before it says enough. Tells how much of the deploy workflow's history was seen, so that nobody calls half of it "never".
 */
import { decideTags } from '../../policy/health/deploy-tags.ts';
import type { Fact, HealthClient, RunFact } from '../../policy/health/facts.ts';
import { joinSights } from '../../policy/health/sight.ts';
import { RunsPage, type TagsPage, type WorkflowsPage } from './answers.ts';
import { type OwnPage, toNeededFiles, toOwnPages, toRunsKey, toWorkflowRunsKey } from './cached-answer.ts';
import { type Read, type ReadThroughParts, readThrough, type Wanted } from './read-through.ts';
import type { RepoName } from './repo-name.ts';
import { toFile, toRunFacts, toTagFacts } from './to-facts.ts';

export interface Ways {
  readonly repo: RepoName;
  readonly client: HealthClient;
  readonly signal: AbortSignal;
  readonly parts: ReadThroughParts;
}

export interface RunsRead {
  readonly runs: Fact<readonly RunFact[]>;
  /** Of the deploy workflow's runs: all that there are; its own page may show more; that page was read and is cut itself. */
  readonly deployHistory: 'whole' | 'page-unread' | 'cut';
}

type Unknown = Extract<Read<never>, { kind: 'unknown' }>;
type KnownPage = Extract<Read<RunsPage>, { kind: 'known' }>;

const toRunsWanted = ({ repo, client, signal }: Ways): Wanted<RunsPage> => ({
  repo,
  key: toRunsKey(client.repo),
  schema: RunsPage,
  question: {
    route: 'GET /repos/{owner}/{repo}/actions/runs',
    parameters: { per_page: 100, exclude_pull_requests: true },
    signal,
  },
});

const toWorkflowRunsWanted = (
  { repo, client, signal }: Ways,
  { file, branch }: OwnPage,
): Wanted<RunsPage> => ({
  repo,
  key: toWorkflowRunsKey(client.repo, branch, file),
  schema: RunsPage,
  question: {
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{file}/runs',
    parameters: { file, branch, per_page: 100, exclude_pull_requests: true },
    signal,
  },
});

const isCut = (page: RunsPage): boolean => page.total_count > page.workflow_runs.length;

const isTagged = (tags: Read<TagsPage>): boolean =>
  tags.kind === 'known' && decideTags(toTagFacts(tags.value)).last !== null;

const isListed = (listed: Read<WorkflowsPage>, file: string): boolean =>
  listed.kind === 'unknown' || listed.value.workflows.some((one) => toFile(one.path) === file);

/**
 * A cut page is enough for a workflow once it shows a success on the branch that is judged: that ends a streak of failures and is a
 * deploy's candidate. Where tags tell of the last deploy, older deploy runs are not needed.
 */
const decideOwnPages = (
  page: RunsPage,
  client: HealthClient,
  listed: Read<WorkflowsPage>,
  tags: Read<TagsPage>,
): readonly OwnPage[] => {
  if (!isCut(page)) return [];
  const isSettled = ({ file, branch }: OwnPage): boolean =>
    page.workflow_runs.some(
      (run) =>
        toFile(run.path) === file &&
        run.head_branch === branch &&
        run.conclusion === 'success' &&
        !run.event.startsWith('pull_request'),
    );
  const [deploys, ...ci] = toOwnPages(client);
  const asked = isTagged(tags) ? ci : [deploys, ...ci];
  return asked.filter((own) => isListed(listed, own.file) && !isSettled(own));
};

const isOfDeploys = ({ file, branch }: OwnPage, client: HealthClient): boolean =>
  file === client.deployWorkflow && branch === client.productionBranch;

const toRuns = (pages: readonly KnownPage[], client: HealthClient): Fact<readonly RunFact[]> => ({
  kind: 'known',
  value: toRunFacts(
    pages.flatMap((page) => page.value.workflow_runs),
    toNeededFiles(client),
  ),
  ...joinSights(pages),
});

export const readRuns = async (
  ways: Ways,
  asked: { readonly workflows: Promise<Read<WorkflowsPage>>; readonly tags: Promise<Read<TagsPage>> },
): Promise<RunsRead> => {
  const { client, parts } = ways;
  const first = await readThrough(toRunsWanted(ways), parts);
  if (first.kind === 'unknown') return { runs: first, deployHistory: 'whole' };
  const [listed, tags] = [await asked.workflows, await asked.tags];
  const needed = decideOwnPages(first.value, client, listed, tags);
  const own = await Promise.all(needed.map((own) => readThrough(toWorkflowRunsWanted(ways, own), parts)));
  // Half a history would be judged as a whole one: "never deployed", "no failures".
  const missing = own.find((read) => read.kind === 'unknown');
  if (missing !== undefined) return { runs: missing, deployHistory: 'whole' };
  const pages = own.filter((read) => read.kind === 'known');
  const deploys = pages[needed.findIndex((one) => isOfDeploys(one, client))];
  // A workflow that is not listed has no page of its own to ask for.
  const isAllThere = !isCut(first.value) || isTagged(tags) || !isListed(listed, client.deployWorkflow);
  return {
    runs: toRuns([first, ...pages], client),
    deployHistory: deploys === undefined ? (isAllThere ? 'whole' : 'page-unread') : toHistory(deploys),
  };
};

const toHistory = (page: KnownPage): 'whole' | 'cut' => (isCut(page.value) ? 'cut' : 'whole');

/** The page that `readRuns` could do without until the jobs said that none of the shown runs had deployed. */
export const readOlderDeploys = async (
  ways: Ways,
  sofar: Extract<Fact<readonly RunFact[]>, { kind: 'known' }>,
): Promise<RunsRead | Unknown> => {
  const page = await readThrough(toWorkflowRunsWanted(ways, toOwnPages(ways.client)[0]), ways.parts);
  if (page.kind === 'unknown') return page;
  const older = toRuns([page], ways.client);
  if (older.kind === 'unknown') return older;
  const known = new Set(sofar.value.map(({ id }) => id));
  return {
    runs: {
      kind: 'known',
      // What both show was read first on the other page, whose jobs are known by now.
      value: [...sofar.value, ...older.value.filter(({ id }) => !known.has(id))],
      ...joinSights([sofar, older]),
    },
    deployHistory: toHistory(page),
  };
};
