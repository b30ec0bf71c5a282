/** Judges CI per workflow on the default branch by the failures in a row since the last success. Reading runs is left to the systems. */
import type { Fact, HealthClient, Observation, RunFact, Verdict } from './facts.ts';
import { observeUnknown } from './observe-unknown.ts';
import { byNewest, isPullRequest, toLatestAttempts } from './runs.ts';
import { joinSights, type Sight } from './sight.ts';

type CiClient = Pick<HealthClient, 'ciWorkflows' | 'defaultBranch' | 'thresholds'>;

/** Conclusions that count as a failure; success ends the streak; cancelled, skipped, neutral and the like say nothing. */
const failures: ReadonlySet<string> = new Set(['failure', 'timed_out', 'startup_failure']);

interface Streak {
  readonly length: number;
  /** The newest run that says something, null if none does. */
  readonly newest: RunFact | null;
}

const decideStreak = (runs: readonly RunFact[]): Streak => {
  let length = 0;
  let newest: RunFact | null = null;
  for (const run of runs) {
    const failed = failures.has(run.conclusion ?? '');
    if (!failed && run.conclusion !== 'success') continue;
    newest ??= run;
    if (!failed) break;
    length += 1;
  }
  return { length, newest };
};

const decideVerdict = (length: number, failStreak: number): Verdict => {
  if (length === 0) return 'pass';
  return length >= failStreak ? 'fail' : 'warn';
};

const sayStreak = (file: string, length: number): string => {
  if (length === 0) return `CI passes (${file})`;
  return length === 1 ? `CI failed once (${file})` : `CI failed ${length} times in a row (${file})`;
};

const judgeOne = (file: string, client: CiClient, runs: readonly RunFact[], sight: Sight): Observation => {
  const { length, newest } = decideStreak(runs);
  const base = { criterion: 'ci', subject: file, url: newest?.url ?? null, ...sight } as const;
  if (newest === null) {
    const next = `check that ${file} runs on ${client.defaultBranch}`;
    return { ...base, verdict: 'unknown', cause: 'no-runs', say: `no finished run (${file})`, next };
  }
  const verdict = decideVerdict(length, client.thresholds.ciFailStreak);
  const next = length === 0 ? null : 'open the failed run and read its log';
  return {
    ...base,
    verdict,
    cause: length === 0 ? 'passing' : 'failing-runs',
    say: sayStreak(file, length),
    next,
  };
};

/** One observation per configured workflow, in the order of the configuration; none configured is one unknown. */
export const judgeCi = (
  client: CiClient,
  runs: Fact<readonly RunFact[]>,
  now: Date,
): readonly Observation[] => {
  const files = [...new Set(client.ciWorkflows)];
  if (files.length === 0) {
    return [
      observeUnknown(
        'ci',
        { kind: 'unknown', reason: 'not-configured', say: 'no CI workflow configured' },
        now,
      ),
    ];
  }
  if (runs.kind === 'unknown') return files.map((file) => observeUnknown('ci', runs, now, file));
  // A pull request from a fork whose branch is also called main carries the same branch name, so the event decides.
  const onBranch = toLatestAttempts(runs.value)
    .filter((run) => run.branch === client.defaultBranch && !isPullRequest(run) && run.status === 'completed')
    .toSorted(byNewest);
  return files.map((file) =>
    judgeOne(
      file,
      client,
      onBranch.filter((run) => run.file === file),
      joinSights([runs]),
    ),
  );
};
