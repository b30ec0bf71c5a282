/** Facts and gates as a report keeps them: what a person is shown of the version and of the deploys before it. */
import type { CommitFact, Gate, LiveVersion, PastDeploy, SourceFacts } from '../../policy/deploy/facts.ts';
import { type DeployReport, kept } from '../../policy/deploy/report.ts';
import type { Fact } from '../../policy/health/facts.ts';

export interface ReportFacts {
  readonly source: SourceFacts;
  readonly live: Fact<LiveVersion | null>;
  readonly past: Fact<readonly PastDeploy[]>;
  readonly gates: readonly Gate[];
}

export const toReport = (begun: DeployReport, { source, live, past, gates }: ReportFacts): DeployReport => ({
  ...begun,
  commit: source.commit.kind === 'known' ? toCommit(source.commit.value) : null,
  live: live.kind === 'known' ? live.value : null,
  change: toChange(source),
  gates: [...gates],
  past: past.kind === 'known' ? toPast(past.value, begun.environment) : [],
});

const toCommit = ({ sha, title, author, isVerified }: CommitFact) => ({ sha, title, author, isVerified });

const toChange = ({ change }: SourceFacts): DeployReport['change'] => {
  if (change?.kind !== 'known') return null;
  const { standing, aheadBy, behindBy, commits, pulls, files, areFilesCut, url } = change.value;
  return {
    standing,
    aheadBy,
    behindBy,
    commits: commits.slice(0, kept.commits).map(toCommit),
    authors: [...new Set(commits.map(({ author }) => author))].slice(0, kept.authors),
    pulls: pulls.slice(0, kept.pulls).map(({ number, title, url: at }) => ({ number, title, url: at })),
    files: files.length,
    areFilesCut,
    url,
  };
};

/** Those that may have gone to the same environment. */
const toPast = (
  deploys: readonly PastDeploy[],
  environment: DeployReport['environment'],
): DeployReport['past'] =>
  deploys
    .filter((deploy) => deploy.environment === null || deploy.environment === environment)
    .slice(0, kept.past)
    .map(({ outcome, at, url }) => ({ outcome, at, url }));
