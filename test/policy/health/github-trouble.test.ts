/** One reason that hides the pipelines of several clients is found; what one repository suffers is not taken for it. */
import { describe, expect, it } from 'vitest';
import type { ApiFact, ClientHealth, Fact } from '../../../src/policy/health/facts.ts';
import {
  decideGithubTrouble,
  isOfTrouble,
  sayReach,
  sayTrouble,
} from '../../../src/policy/health/github-trouble.ts';
import { judged } from '../../commands/health/sample-reports.ts';
import { ago, ciRun, now, run } from './sample-facts.ts';

type Unknown = Extract<Fact<never>, { kind: 'unknown' }>;
const unknown = (reason: Unknown['reason'], say: string): Unknown => ({ kind: 'unknown', reason, say });
const away = unknown('unavailable', 'GitHub answered 502');
const silent = unknown('timed-out', 'timed out');
const until = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const limited = { ...unknown('rate-limited', "GitHub's limit is reached"), until: until(2) };
const refused = unknown('no-access', 'GitHub refused the token (401)');
const lost = unknown('no-access', 'repository not found or the token has no access');
const noToken = unknown('not-configured', 'the desk has no GitHub token');

let count = 0;
const seen = (fact: Unknown | null, api?: ApiFact): ClientHealth => {
  count += 1;
  return judged(
    { key: `c${count}`, name: `C${count}` },
    {
      ...(api === undefined ? {} : { api }),
      pipeline: fact === null ? {} : { workflows: fact, runs: fact, deployTags: fact },
    },
  );
};

describe('trouble of GitHub', () => {
  it.each([
    ['away', [away, away, silent, null], 'GitHub answered 502'],
    ['away', [silent, silent, silent], 'GitHub did not answer in time'],
    ['limited', [limited, limited, null, null], limited.say],
    ['refused', [refused, refused, refused, lost], refused.say],
    ['not-set-up', [noToken, noToken], noToken.say],
  ] as const)('%s is told once, in its own words', (kind, facts, say) => {
    expect(decideGithubTrouble(facts.map((fact) => seen(fact)))).toMatchObject({ kind, say });
  });

  it('says what is hidden, of how many, and that their API was asked all the same', () => {
    const reachable = { kind: 'reachable', at: now } as const;
    const late = { kind: 'timed-out', at: now } as const;
    const hides = (...clients: ClientHealth[]) => decideGithubTrouble(clients)?.hides;
    expect(hides(seen(away), seen(away), seen(null))).toBe(
      'Workflow, Last deploy and CI of 2 of 3 clients unknown; their API was checked',
    );
    expect(hides(seen(away), seen(away, reachable))).toMatch(/; the API of 1 of them was checked$/u);
    expect(hides(seen(away, late), seen(away, late))).toMatch(/2 clients unknown$/u);
  });

  it('of a limit tells the last end of several, as a moment', () => {
    const trouble = decideGithubTrouble([
      seen(limited),
      seen({ ...limited, until: until(5) }),
      seen(limited),
    ]);
    expect(trouble).toMatchObject({ say: limited.say, until: until(5) });
    expect(sayTrouble(trouble ?? { say: '' }, (at) => at.toISOString().slice(11, 16))).toBe(
      `GitHub's limit is reached until ${until(5).toISOString().slice(11, 16)}`,
    );
    expect(seen(limited).observations.find(({ criterion }) => criterion === 'workflow')).toMatchObject({
      say: limited.say,
      next: 'check again after that',
      moment: { word: 'until', at: until(2) },
    });
  });

  it('sends a refused token or App to an admin and the doctor, not to the registry', () => {
    expect(decideGithubTrouble([seen(refused), seen(refused)])?.next).toMatch(
      /^an admin: ask doctor, then renew the token or the App key/u,
    );
    const alone = seen(refused).observations.find(({ criterion }) => criterion === 'workflow');
    expect(alone?.next).toMatch(/^an admin: ask doctor, then renew the token or the App key/u);
  });

  it.each([
    ['one client', [away]],
    ['two of five', [away, away, null, null, null]],
    ['two repositories, each for its own reason', [refused, lost]],
    ['nothing', [null, null, null]],
  ])('is not %s', (_what, facts) => {
    expect(decideGithubTrouble(facts.map((fact) => seen(fact)))).toBeNull();
  });

  it('does not count clients that are not judged', () => {
    const left = judged({ key: 'left', name: 'Left', status: 'offboarding' });
    expect(decideGithubTrouble([seen(away), seen(away), seen(null), left, left])).toMatchObject({
      clients: 2,
    });
  });

  it('is not what hides an instance, nor another refusal', () => {
    const trouble = decideGithubTrouble([seen(refused), seen(refused)]);
    const of = (client: ClientHealth) =>
      client.observations.filter((one) => isOfTrouble(one, trouble)).map(({ criterion }) => criterion);
    expect(of(seen(refused, { kind: 'timed-out', at: now }))).toStrictEqual([
      'workflow',
      'last-deploy',
      'ci',
    ]);
    expect(of(seen(lost))).toStrictEqual([]);
    expect(isOfTrouble({ ...seen(refused).observations[0], verdict: 'unknown' } as never, null)).toBe(false);
  });
});

describe('facts that stand in while the limit is reached', () => {
  const runs = [run(999), ciRun(998, 'success')];
  const standing = (at: Date, end = until(2)): ClientHealth =>
    judged(
      { key: `s${count++}`, name: 'S' },
      { pipeline: { runs: { kind: 'known', value: runs, observedAt: at, limitedUntil: end } } },
    );
  const sayTime = (at: Date): string => at.toISOString().slice(11, 16);
  const reach = (...clients: ClientHealth[]): string => {
    const trouble = decideGithubTrouble(clients);
    return trouble === null ? '' : sayReach(trouble, sayTime);
  };
  const at = ago(3 * 3_600_000);

  it('are told of a single client, which stays judged by them', () => {
    const client = standing(at);
    expect(client.state).toBe('pass');
    expect(decideGithubTrouble([client])).toMatchObject({
      kind: 'limited',
      say: limited.say,
      until: until(2),
      hides: '',
      clients: 0,
      old: { from: at, to: at },
    });
    expect(reach(client)).toBe(`Last deploy and CI are as of ${sayTime(at)}`);
  });

  it('are told of some of a fleet, beside what is hidden, with the oldest age', () => {
    const older = ago(5 * 3_600_000);
    expect(reach(standing(at), standing(older), seen(limited), seen(null))).toBe(
      `Workflow, Last deploy and CI of 1 of 4 clients unknown; their API was checked; Last deploy and CI of 2 of 4 clients are as of ${sayTime(older)} or later`,
    );
    expect(decideGithubTrouble([standing(at), standing(at, until(9)), seen(limited)])?.until).toStrictEqual(
      until(9),
    );
  });

  it('go before an outage of others, which their own lines tell', () => {
    expect(decideGithubTrouble([seen(away), seen(away), seen(away), standing(at)])?.kind).toBe('limited');
  });
});
