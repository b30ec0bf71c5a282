/** What the token or the App may not read: for health a fault, for planning deploys a warning. Pure. */
import { escapeLine } from '../../blocks/escape.ts';
import { type Finding, find, pass, sayNames, sayNumber } from './findings.ts';
import { again, againLater, sayWait } from './github-words.ts';
import type { GithubFacts } from './powers.ts';

type Accepted = Extract<GithubFacts, { kind: 'accepted' }>;

/** What health needs; without it a client is not seen at all. */
const healthRights: ReadonlySet<string> = new Set(['metadata: read', 'actions: read', 'contents: read']);

/** What planning a deploy needs besides, as GitHub's own page calls it. */
const planningRights: Readonly<Record<string, string>> = {
  'contents: read': 'contents',
  'checks: read': 'checks',
  'statuses: read': 'commit statuses',
  'pull_requests: read': 'pull requests',
  'actions_variables: read': 'variables',
  'environments: read': 'environments',
};

const toOwner = (repo: string): string => repo.split('/')[0] ?? repo;

/** A warning only: all else works without it. */
const judgePlanning = ({ identity, repositories }: Accepted): readonly Finding[] => {
  const lacking = repositories.filter(
    ({ missing }) =>
      !missing.includes('metadata: read') && missing.some((right) => planningRights[right] !== undefined),
  );
  if (lacking.length === 0) return [];
  const rights = Object.entries(planningRights).flatMap(([right, say]) =>
    lacking.some(({ missing }) => missing.includes(right)) ? [say] : [],
  );
  const owners = [...new Set(lacking.map(({ repo }) => toOwner(repo)))];
  return [
    find(
      'GitHub rights for deploys',
      'warn',
      `Deploys cannot be planned: the ${identity === 'token' ? 'token' : 'App'} may not read ${rights.join(', ')} (${sayNames(owners.map(escapeLine))}).`,
      identity === 'token'
        ? 'Give the token read access to these, or use a classic one with `repo`.'
        : 'Add read access to these on the App’s page; the organisation then has to accept it.',
      rights,
    ),
  ];
};

export const judgeRights = (facts: Accepted, now: Date): readonly Finding[] => [
  ...judgeReading(facts, now),
  ...judgePlanning(facts),
];

const toHealthRights = (missing: readonly string[]): readonly string[] =>
  missing.filter((right) => healthRights.has(right));

const judgeReading = ({ repositories, of }: Accepted, now: Date): readonly Finding[] => {
  const name = 'GitHub rights';
  const sample =
    repositories.length < of ? ` Only ${repositories.length} of ${of} repositories were tried.` : '';
  const hidden = repositories.filter(({ missing }) => missing.includes('metadata: read'));
  const partly = repositories.filter(
    ({ missing }) => toHealthRights(missing).length > 0 && !missing.includes('metadata: read'),
  );
  const untold = repositories.filter(({ trouble, until }) => trouble !== null && until === null);
  const limited = repositories.filter(({ until }) => until !== null);
  const ends = new Date(Math.max(...limited.map(({ until }) => until?.getTime() ?? 0)));
  const findings = [
    hidden.length === 0
      ? null
      : find(
          name,
          'fail',
          `Not found, or the desk may not read them: ${sayNames(hidden.map(({ repo }) => escapeLine(repo)))}.${sample}`,
          'Give the token or the App access to them, or mend the name with `/acuops edit-client &lt;client&gt; --repo`.',
          hidden.map(({ repo }) => repo),
        ),
    partly.length === 0
      ? null
      : find(
          name,
          'fail',
          `A permission is missing: ${sayNames(partly.map(({ repo, missing }) => `${escapeLine(repo)} (${toHealthRights(missing).join(', ')})`))}.${sample}`,
          'Add the permission to the token or the App; an App’s change has to be accepted by the organisation.',
          partly.map(({ repo }) => repo),
        ),
    untold.length === 0
      ? null
      : find(
          name,
          'unknown',
          `Could not be told: ${sayNames(untold.map(({ repo, trouble }) => `${escapeLine(repo)} (${escapeLine(trouble ?? '')})`))}.${sample}`,
          again,
          untold.map(({ repo }) => repo),
        ),
    limited.length === 0
      ? null
      : find(
          name,
          'unknown',
          `GitHub’s limit is reached for at most ${sayWait(ends, now)} more, so this could not be told: ${sayNames(limited.map(({ repo }) => escapeLine(repo)))}.${sample}`,
          againLater,
          limited.map(({ repo }) => repo),
        ),
  ].filter((finding) => finding !== null);
  return findings.length > 0
    ? findings
    : [pass(name, `${sayNumber(repositories.length, 'repository', 'repositories')} can be read.${sample}`)];
};
