/** Gates that earlier deploys decide: how many failed, how long the last one is ago, and whether this version was on staging. */
import type { PastDeploy } from './facts.ts';
import {
  type Finding,
  findByFacts,
  findUnknown,
  type GateFacts,
  type Judge,
  sayCount,
} from './gates-facts.ts';

/** Runbook: three or more of the last ten are looked into (contracts 1b, qualify). */
const lastDeploys = 10;
const mostFailures = 3;

const minuteMs = 60_000;

/** A deploy that nobody can tell where it went counts everywhere. */
const isOf =
  (environment: GateFacts['environment']) =>
  (past: PastDeploy): boolean =>
    past.environment === null || past.environment === environment;

const isFailed = ({ outcome }: PastDeploy): boolean => outcome === 'failure' || outcome === 'rolled-back';
const isUnread = ({ outcome }: PastDeploy): boolean => outcome === 'unread';
const isFinished = (past: PastDeploy): boolean =>
  isFailed(past) || isUnread(past) || past.outcome === 'success';

const sayFailures = (failed: number, of: number): string => {
  if (of === 1) return failed === 0 ? 'the only deploy before went well' : 'the only deploy before failed';
  return `${failed === 0 ? 'none' : failed} of the last ${of} deploys failed`;
};

const findUnread = (say: string): Finding => ({
  verdict: 'unknown',
  cause: 'jobs-not-read',
  say,
  next: 'ask again; if it stays, look at these runs on GitHub',
});

/** An unread run may be no deploy, and then an older one takes its place: the figure stands only where that changes nothing. */
export const judgeFailures: Judge = (facts) => {
  const { past, environment, olderDeploys, now } = facts;
  return findByFacts(facts, { past }, ({ past: all }) => {
    const finished = all.filter(isOf(environment)).filter(isFinished);
    const last = finished.slice(0, lastDeploys);
    const failed = last.filter(isFailed);
    if (failed.length >= mostFailures) {
      return {
        verdict: 'fail',
        cause: 'many-failures',
        say: sayFailures(failed.length, last.length),
        next: 'look at why before the next',
        url: failed[0]?.url ?? null,
      };
    }
    const read = finished.filter((one) => !isUnread(one)).slice(0, lastDeploys);
    if (read.filter(isFailed).length >= mostFailures)
      return findUnread('not known which of the last runs deployed');
    if (read.length < lastDeploys && olderDeploys !== null) return findUnknown(olderDeploys, now);
    if (last.length === 0) return { verdict: 'pass', cause: 'no-deploys', say: 'no deploy before this one' };
    return { verdict: 'pass', cause: 'few-failures', say: sayFailures(failed.length, last.length) };
  });
};

const ended: Readonly<Partial<Record<PastDeploy['outcome'], string>>> = {
  failure: 'failed',
  'rolled-back': 'was rolled back',
  cancelled: 'was cancelled',
};

const sayMinutes = (minutes: number): string =>
  minutes === 0 ? 'less than a minute ago' : `${sayCount(minutes, 'minute')} ago`;

/** One that did not end well may have left anything behind: a lock, half a publish, a site in maintenance. */
export const judgeCooldown: Judge = (facts) => {
  const { past, settings, environment, now } = facts;
  return findByFacts(facts, { past, settings }, ({ past: all, settings: { cooldownMinutes } }) => {
    const toMinutes = ({ at }: PastDeploy): number =>
      Math.max(0, Math.floor((now.getTime() - at.getTime()) / minuteMs));
    const recent = all
      .filter(isOf(environment))
      .filter(({ at }) => now.getTime() - at.getTime() < cooldownMinutes * minuteMs);
    const unread = recent.find(isUnread);
    if (unread !== undefined && !recent.some(({ outcome }) => outcome === 'success'))
      return { ...findUnread('not known whether the last run deployed'), url: unread.url };
    const last = recent.find(({ outcome }) => outcome === 'success' || ended[outcome] !== undefined);
    if (last === undefined) {
      const say = `no successful deploy in the last ${cooldownMinutes} minutes`;
      return { verdict: 'pass', cause: 'no-cooldown', say };
    }
    const minutes = toMinutes(last);
    const how = ended[last.outcome];
    return how === undefined
      ? {
          verdict: 'warn',
          cause: 'cooldown',
          say: `last deploy ${sayMinutes(minutes)}, cooldown ${cooldownMinutes}`,
          next: `wait ${sayCount(cooldownMinutes - minutes, 'minute')}`,
          url: last.url,
        }
      : {
          verdict: 'warn',
          cause: 'ended-badly',
          say: `a deploy ${how} ${sayMinutes(minutes)}`,
          next: 'look at what it left before the next one',
          url: last.url,
        };
  });
};

const toStaging = 'deploy this version to staging first';

/** The newest word on this version counts: an old success must not hide a newer failure. */
const findOnStaging = (sha: string, facts: GateFacts, all: readonly PastDeploy[]): Finding => {
  const ofSha = all.filter((past) => past.sha === sha && past.environment !== 'production');
  const there = ofSha.filter(({ environment }) => environment === 'staging');
  const last = there.find((past) => isFailed(past) || past.outcome === 'success');
  if (last?.outcome === 'success') {
    const moment = { word: 'since', at: last.at } as const;
    return { verdict: 'pass', cause: 'was-on-staging', say: 'on staging', moment, url: last.url };
  }
  if (last !== undefined) {
    const next = 'look at why, then deploy it to staging again';
    return {
      verdict: 'fail',
      cause: 'failed-on-staging',
      say: 'this version failed on staging',
      next,
      url: last.url,
    };
  }
  const running = there.find(({ outcome }) => outcome === 'running');
  if (running !== undefined) {
    const next = 'wait for that deploy, then ask again';
    const say = 'still being deployed to staging';
    return { verdict: 'unknown', cause: 'on-its-way', say, next, url: running.url };
  }
  const unclear = ofSha.find((past) => isUnread(past) || past.outcome === 'success');
  if (unclear !== undefined)
    return { ...findUnread('not known whether this version was on staging'), url: unclear.url };
  if (facts.olderDeploys !== null) return findUnknown(facts.olderDeploys, facts.now);
  return {
    verdict: 'fail',
    cause: 'never-on-staging',
    say: 'this version was never on staging',
    next: toStaging,
  };
};

export const judgeStagingFirst: Judge = (facts) => {
  const { environment, client, source, past } = facts;
  if (environment === 'staging')
    return { verdict: 'pass', cause: 'is-staging', say: 'this deploy is to staging' };
  if (!client.hasStaging) return { verdict: 'pass', cause: 'no-staging', say: 'no staging configured' };
  return findByFacts(facts, { commit: source.commit, past }, (known) =>
    findOnStaging(known.commit.sha, facts, known.past),
  );
};
