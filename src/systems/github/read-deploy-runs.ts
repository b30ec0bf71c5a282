/**
 * Reads the newest runs of a client's deploy workflow over all branches, and says where the list ends before the history does.
 * What the runs say of deploys is left to `policy/deploy`.
 */
import type { Fact, PipelineFacts, RunFact } from '../../policy/health/facts.ts';
import { type Run, RunsPage, type WorkflowsPage } from './answers.ts';
import { toDeployRunsKey } from './cached-answer.ts';
import { toKnown, toUnknown } from './read-commit.ts';
import type { Ways } from './read-runs.ts';
import { type Read, readThrough } from './read-through.ts';
import { toFile, toRunFacts } from './to-facts.ts';

export interface DeployRunsRead {
  readonly runs: Fact<readonly RunFact[]>;
  readonly olderDeploys?: NonNullable<PipelineFacts['olderDeploys']>;
}

type KnownPage = Extract<Read<RunsPage>, { kind: 'known' }>;

/** Null: GitHub knows no such workflow. */
const FoundRunsPage = RunsPage.nullable();

const mostPages = 2;

/** Of all pages that there may be, so that the cache is asked once. */
export const toDeployRunsKeys = (repo: string, file: string): readonly string[] =>
  Array.from({ length: mostPages }, (_, at) => toDeployRunsKey(repo, file, at + 1));

const readPage = ({ repo, client, signal, parts }: Ways, page: number): Promise<Read<RunsPage | null>> => {
  const file = client.deployWorkflow;
  return readThrough<RunsPage | null>(
    {
      repo,
      key: toDeployRunsKey(client.repo, file, page),
      schema: FoundRunsPage,
      question: {
        route: 'GET /repos/{owner}/{repo}/actions/workflows/{file}/runs',
        // No filter by branch or event: a filtered list ends at 1,000 runs, and staging has a branch of its own.
        parameters: { file, per_page: 100, page, exclude_pull_requests: true },
        signal,
      },
      emptyOn: { status: 404, answer: null },
    },
    parts,
  );
};

const toMinute = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');

const sayCut = (file: string, runs: readonly Run[]): string => {
  const oldestMs = Math.min(...runs.map((run) => Date.parse(run.created_at)));
  return runs.length === 0
    ? `runs of ${file} not read`
    : `runs of ${file} before ${toMinute(new Date(oldestMs))} UTC not read`;
};

/** A 404 hides a repository as well as a workflow; only where the list of workflows was shown and lacks it does it mean "none". */
const toRunsOfNone = (
  page: Extract<Read<null>, { kind: 'known' }>,
  listed: Read<WorkflowsPage>,
  file: string,
): DeployRunsRead => {
  if (listed.kind === 'unknown') return { runs: listed };
  return listed.value.workflows.some(({ path }) => toFile(path) === file)
    ? { runs: toUnknown('unavailable', `GitHub lists ${file} but not its runs`) }
    : { runs: toKnown([], [page, listed]) };
};

export const readDeployRuns = async (
  ways: Ways,
  workflows: Promise<Read<WorkflowsPage>>,
): Promise<DeployRunsRead> => {
  const file = ways.client.deployWorkflow;
  const first = await readPage(ways, 1);
  if (first.kind === 'unknown') return { runs: first };
  if (first.value === null) return toRunsOfNone({ ...first, value: null }, await workflows, file);
  // The first count is held on to: what starts meanwhile moves a run to the next page, what is deleted hides one between two.
  const total = first.value.total_count;
  const seen = new Map(first.value.workflow_runs.map((run) => [run.id, run]));
  const sights: [KnownPage, ...KnownPage[]] = [{ ...first, value: first.value }];
  let missing: DeployRunsRead['olderDeploys'];
  for (let number = 2; number <= mostPages && seen.size < total; number += 1) {
    const next = await readPage(ways, number);
    if (next.kind === 'unknown') missing = next;
    if (next.kind === 'unknown' || next.value === null) break;
    for (const run of next.value.workflow_runs) seen.set(run.id, run);
    sights.push({ ...next, value: next.value });
  }
  const all = [...seen.values()];
  const runs = toKnown(toRunFacts(all, [file]), sights);
  if (all.length >= total) return { runs };
  return { runs, olderDeploys: missing ?? toUnknown('unavailable', sayCut(file, all)) };
};
