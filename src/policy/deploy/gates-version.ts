/** Gates that the version itself decides: what it changes, what its checks say, and whether its workflow can deploy it. */
import { judgeWorkflow as judgeWorkflowState } from '../health/judge-workflow.ts';
import type { ChangeFact } from './facts.ts';
import {
  type Finding,
  findByFacts,
  findUnknown,
  type GateFacts,
  type Judge,
  sayCount,
  sayNames,
  toSeen,
} from './gates-facts.ts';

/** Outside `Customization/`, what a deploy does is written in these. */
const isDeployFile = (path: string): boolean => {
  if (path.startsWith('Customization/')) return false;
  if (path.startsWith('.github/') || path.startsWith('scripts/')) return true;
  return path === 'acuops.yaml' || path === 'instance-manifest.json' || /\.(?:sh|py|ps1)$/u.test(path);
};

const findAhead = ({ aheadBy, files, areFilesCut, url }: ChangeFact): Finding => {
  const ahead = `${sayCount(aheadBy, 'commit')} ahead of what is live`;
  const changing = files.filter(isDeployFile);
  const next = 'look at the changes before you agree';
  if (changing.length > 0) {
    const say = `changes how deploys run: ${sayNames(changing)}${areFilesCut ? ', and not all files are listed' : ''}`;
    return { verdict: 'warn', cause: 'changes-deploys', say, next, url };
  }
  if (areFilesCut) {
    const say = `${ahead}, too many files to list all`;
    return { verdict: 'warn', cause: 'files-cut', say, next, url };
  }
  return { verdict: 'pass', cause: 'ahead', say: ahead, url };
};

const findStanding = (change: ChangeFact): Finding => {
  const { standing, behindBy, url } = change;
  switch (standing) {
    case 'identical':
      return { verdict: 'warn', cause: 'already-live', say: 'already live', url };
    case 'ahead':
      return findAhead(change);
    case 'behind':
    case 'diverged':
      return {
        verdict: 'fail',
        cause: standing,
        say: `would take back ${sayCount(behindBy, 'commit')}`,
        next: 'choose a version that holds what is live, or ask for a rollback',
        url,
      };
  }
};

/** "First deploy" is said only where it is known that nothing is live. */
const findChange = (all: GateFacts): Finding => {
  const { live } = all;
  const { commit, change } = all.source;
  if (change !== null)
    return findByFacts(all, { commit, live, change }, (known) => findStanding(known.change));
  return findByFacts(all, { commit, live }, (known) => {
    if (known.live === null) return { verdict: 'pass', cause: 'first-deploy', say: 'first deploy' };
    const say = 'not compared with what is live';
    return { verdict: 'unknown', cause: 'not-compared', say, next: 'ask again' };
  });
};

/** Deploys of this environment come from its branch: what is not on it may be nobody's agreed work. */
export const judgeScope: Judge = (all) => {
  const found = findChange(all);
  const { onBranch } = all.source;
  if (onBranch === null || found.verdict === 'fail' || found.verdict === 'unknown') return found;
  const seen = [...(found.seen ?? []), ...toSeen(onBranch)];
  const branch = findByFacts(all, { onBranch }, (known): Finding => {
    if (known.onBranch) return found;
    const also = found.verdict === 'warn' ? `; ${found.say}` : '';
    return {
      verdict: 'warn',
      cause: 'not-on-branch',
      say: `not on ${sayNames([all.branch])}${also}`,
      next: 'merge it first, or agree that this is wanted',
      url: found.url ?? null,
    };
  });
  return { ...branch, seen };
};

const failing: ReadonlySet<string> = new Set([
  'failure',
  'timed_out',
  'cancelled',
  'action_required',
  'startup_failure',
  'stale',
]);
const passing: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped']);

export const judgeChecks: Judge = (facts) => {
  const { deployRunIds } = facts;
  const { checks } = facts.source;
  return findByFacts(facts, { checks, deployRunIds }, (known) => {
    const own = new Set(known.deployRunIds);
    const all = known.checks.filter(({ runId }) => runId === null || !own.has(runId));
    if (all.length === 0) {
      const next = 'have CI run for this version, then ask again';
      return { verdict: 'unknown', cause: 'no-checks', say: 'no checks ran for this version', next };
    }
    const of = (is: (conclusion: string | null) => boolean) => all.filter(({ conclusion }) => is(conclusion));
    const toFinding = (
      found: typeof all,
      finding: Pick<Finding, 'verdict' | 'cause' | 'next'>,
      start: string,
    ): Finding => ({
      ...finding,
      say: `${start}: ${sayNames(found.map(({ name }) => name))}`,
      url: found.find(({ url }) => url !== null)?.url ?? null,
    });
    const failed = of((conclusion) => failing.has(conclusion ?? ''));
    if (failed.length > 0) {
      const next = 'mend them, or choose a version that passes';
      return toFinding(
        failed,
        { verdict: 'fail', cause: 'checks-failed', next },
        `${sayCount(failed.length, 'check')} failed`,
      );
    }
    const running = of((conclusion) => conclusion === null);
    if (running.length > 0) {
      const next = 'wait for them, then ask again';
      return toFinding(running, { verdict: 'unknown', cause: 'checks-running', next }, 'still running');
    }
    const strange = of((conclusion) => !passing.has(conclusion ?? ''));
    if (strange.length > 0) {
      const next = 'look at them on GitHub';
      return toFinding(
        strange,
        { verdict: 'unknown', cause: 'unexpected-conclusion', next },
        'ended with a word we do not know',
      );
    }
    return { verdict: 'pass', cause: 'checks-passed', say: `${sayCount(all.length, 'check')} passed` };
  });
};

const findState = ({ workflowState: state, client, now }: GateFacts): Finding => {
  const file = client.deployWorkflow;
  const listed =
    state.kind === 'known'
      ? { ...state, value: state.value === null ? [] : [{ file, state: state.value }] }
      : state;
  if (listed.kind === 'unknown') return findUnknown(listed, now);
  const { verdict, cause, say, next } = judgeWorkflowState(client, listed, now);
  return { verdict, cause, say, next };
};

const findFile = (all: GateFacts): Finding =>
  findByFacts(all, { workflow: all.source.workflow }, ({ workflow: file }) => {
    const next = 'choose another version, or mend the workflow';
    if (file === null) {
      const say = `this version has no ${all.client.deployWorkflow}`;
      return { verdict: 'fail', cause: 'workflow-absent', say, next };
    }
    if (!file.isDispatchable) {
      const say = 'the deploy workflow cannot be started by hand (no workflow_dispatch)';
      return { verdict: 'fail', cause: 'not-dispatchable', say, next };
    }
    if (file.isOpaque !== null) {
      const ask = 'name the engine plainly in the workflow, or ask the keeper of the desk';
      return { verdict: 'unknown', cause: 'opaque', say: file.isOpaque, next: ask };
    }
    if (file.unpinned.length > 0) {
      return {
        verdict: 'warn',
        cause: 'unpinned',
        say: `runs ${sayCount(file.unpinned.length, 'action')} of others that may change: ${sayNames(file.unpinned)}`,
        next: 'hold them at a commit in the workflow, or agree that this is wanted',
      };
    }
    return { verdict: 'pass', cause: 'dispatchable', say: 'deploy workflow can be started' };
  });

const findInputs = ({ inputs }: GateFacts): Finding => {
  if (inputs === null)
    return { verdict: 'unknown', cause: 'inputs-not-planned', say: 'inputs not planned', next: 'ask again' };
  if (inputs.kind === 'planned') return { verdict: 'pass', cause: 'inputs-planned', say: 'inputs fit' };
  const next = "compare the workflow's inputs with what a deploy needs";
  return { verdict: 'fail', cause: 'inputs-impossible', say: inputs.say, next };
};

const findEngines = (all: GateFacts): Finding =>
  findByFacts(all, { engines: all.source.engines }, () => ({
    verdict: 'pass',
    cause: 'engines-known',
    say: 'engines known',
  }));

/** A proven failure says more than something that is not known; where all is well, the first part speaks. */
export const judgeWorkflow: Judge = (facts) => {
  const parts = [findState(facts), findFile(facts), findInputs(facts), findEngines(facts)];
  const worst = (['fail', 'unknown', 'warn'] as const).flatMap((bad) =>
    parts.filter(({ verdict }) => verdict === bad),
  )[0];
  const seen = toSeen(facts.workflowState, facts.source.workflow, facts.source.engines);
  return {
    ...(worst ?? {
      verdict: 'pass',
      cause: 'can-deploy',
      say: 'deploy workflow enabled and fit for this version',
    }),
    seen,
  };
};
