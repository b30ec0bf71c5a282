/** Reads one client's facts from the stand-ins by plain requests, so that the world can be judged without the desk's own readers. */
import type { GitHubFront } from '../../sandbox/github/front.ts';
import type { DeployJobFact, Fact, PipelineFacts, RunFact } from '../../src/policy/health/facts.ts';

interface ShownRun {
  readonly id: number;
  readonly run_attempt: number;
  readonly path: string;
  readonly event: string;
  readonly head_branch: string | null;
  readonly status: string;
  readonly conclusion: string | null;
  readonly head_sha: string;
  readonly display_title: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}
interface ShownJob {
  readonly name: string;
  readonly conclusion: string | null;
  readonly completed_at: string | null;
  readonly steps: readonly { readonly name: string; readonly conclusion: string | null }[];
}

const toRunFact = (run: ShownRun): RunFact => ({
  id: run.id,
  attempt: run.run_attempt,
  file: run.path.split('/').at(-1) ?? '',
  event: run.event,
  branch: run.head_branch,
  status: run.status,
  conclusion: run.conclusion,
  headSha: run.head_sha,
  title: run.display_title,
  url: run.html_url,
  createdAt: new Date(run.created_at),
  updatedAt: new Date(run.updated_at),
});

export const readPipeline = async (front: GitHubFront, repo: string, now: Date): Promise<PipelineFacts> => {
  const read = async <Raw, T>(path: string, pick: (raw: Raw) => T): Promise<Fact<T>> => {
    const response = await fetch(`${front.apiUrl}/repos/${repo}/${path}`, {
      headers: { authorization: `Bearer ${front.token}` },
    });
    if (!response.ok)
      return { kind: 'unknown', reason: 'no-access', say: `GitHub answered ${response.status}` };
    return { kind: 'known', value: pick((await response.json()) as Raw), observedAt: now };
  };
  const runs = await read('actions/runs?per_page=100', (raw: { workflow_runs: ShownRun[] }) =>
    raw.workflow_runs.map(toRunFact),
  );
  const deployJobs = new Map<string, DeployJobFact>();
  for (const run of runs.kind === 'known' ? runs.value : []) {
    const jobs = await read(`actions/runs/${run.id}/jobs`, (raw: { jobs: ShownJob[] }) => raw.jobs);
    const job = jobs.kind === 'known' ? jobs.value.find((one) => one.name === 'deploy') : undefined;
    deployJobs.set(`${run.id}/${run.attempt}`, {
      runId: run.id,
      attempt: run.attempt,
      conclusion: job ? job.conclusion : 'missing',
      completedAt: job?.completed_at ? new Date(job.completed_at) : null,
      dryRun: job?.steps.some((step) => step.name === 'Publish' && step.conclusion === 'skipped') ?? false,
    });
  }
  return {
    repo,
    runs,
    deployJobs,
    workflows: await read('actions/workflows', (raw: { workflows: { path: string; state: string }[] }) =>
      raw.workflows.map((workflow) => ({
        file: workflow.path.split('/').at(-1) ?? '',
        state: workflow.state,
      })),
    ),
    deployTags: await read(
      'git/matching-refs/tags/deploy/prod/',
      (raw: { ref: string; object: { sha: string } }[]) =>
        raw.map((ref) => ({ name: ref.ref.slice('refs/tags/'.length), sha: ref.object.sha })),
    ),
  };
};
