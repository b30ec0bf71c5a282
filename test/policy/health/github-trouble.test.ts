/** One reason that hides the pipelines of several clients is found; what one repository suffers is not taken for it. */
import { describe, expect, it } from 'vitest';
import type { ApiFact, ClientHealth, Fact } from '../../../src/policy/health/facts.ts';
import { decideGithubTrouble, isOfTrouble } from '../../../src/policy/health/github-trouble.ts';
import { judged } from '../../commands/health/sample-reports.ts';
import { now } from './sample-facts.ts';

type Unknown = Extract<Fact<never>, { kind: 'unknown' }>;
const unknown = (reason: Unknown['reason'], say: string): Unknown => ({ kind: 'unknown', reason, say });
const away = unknown('unavailable', 'GitHub answered 502');
const silent = unknown('timed-out', 'timed out');
const limited = unknown('rate-limited', "GitHub's limit is reached until 10:42 UTC");
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
