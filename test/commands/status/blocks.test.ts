/** What a person reads of one client's known state. */
import { describe, expect, it } from 'vitest';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { renderStatusAnswer } from '../../../src/commands/status/blocks.ts';
import type { StatusFacts } from '../../../src/commands/status/command.ts';
import type { ClockedObservation } from '../../../src/policy/health/facts.ts';
import { ago, dayMs, hourMs, now, run } from '../../policy/health/sample-facts.ts';
import { sampleTarget } from '../health/pretend-health.ts';

const observation = (over: Partial<ClockedObservation>): ClockedObservation => ({
  criterion: 'workflow',
  verdict: 'pass',
  cause: 'active',
  say: 'deploy workflow enabled',
  next: null,
  url: null,
  observedAt: now,
  since: null,
  ...over,
});
const hidden = { verdict: 'unknown', cause: 'unavailable', say: 'GitHub answered 502' } as const;

const read = (over: Partial<StatusFacts>): readonly string[] => {
  const facts: StatusFacts = {
    target: sampleTarget(),
    checks: [{ state: 'fail', at: ago(hourMs) }],
    observations: [],
    runs: null,
    notes: [],
    claim: null,
    ...over,
  };
  const { message } = renderStatusAnswer(facts, {
    now,
    zone: 'America/Chicago',
    internal: true,
    via: 'slack',
  });
  return toPlainText(message).split('\n');
};

describe('status', () => {
  it('names each criterion as cards do', () => {
    const observations = [
      observation({ criterion: 'api', subject: 'staging', ...hidden }),
      observation({}),
      observation({ criterion: 'last-deploy', ...hidden, since: ago(hourMs) }),
      observation({ criterion: 'ci', subject: 'ci.yml', ...hidden }),
    ];
    expect(read({ observations }).slice(1, 5)).toStrictEqual([
      '❔ API (staging): unknown, GitHub answered 502',
      '✅ Deploy workflow enabled',
      '❔ Last deploy: unknown, GitHub answered 502, was failing since 2026-11-20 01:00 CST',
      '❔ CI: unknown, GitHub answered 502',
    ]);
  });

  it('tells the moment that belongs to the words', () => {
    const limited = { verdict: 'unknown', cause: 'rate-limited', say: "GitHub's limit is reached" } as const;
    const until = { word: 'until', at: ago(-hourMs) } as const;
    expect(read({ observations: [observation({ ...limited, moment: until })] })).toContain(
      "❔ Workflow: unknown, GitHub's limit is reached until 2026-11-20 03:00 CST",
    );
  });

  it('an old deploy was noticed, it did not begin to be old then', () => {
    const old = { criterion: 'last-deploy', verdict: 'fail', say: 'last deploy 34 days ago' } as const;
    expect(read({ observations: [observation({ ...old, since: ago(hourMs) })] })).toContain(
      '❌ Last deploy 34 days ago, noticed 2026-11-20 01:00 CST',
    );
  });

  it('marks a dry run, and does not take it for the deploy that is asked for', () => {
    const file = 'ci.yml';
    const list = [
      run(9, { title: 'Deploy production (dry run)' }),
      run(8, { file }),
      run(7, { file }),
      run(6, { file }),
      run(5),
    ];
    const said = read({ runs: { list, readAt: now } }).filter((line) => line.startsWith('•'));
    expect(said.map((line) => line.replace(/ on main.*/u, ''))).toStrictEqual([
      '• acuops-deploy.yml success (https://github.example/runs/9) (dry run)',
      '• ci.yml success (https://github.example/runs/8)',
      '• acuops-deploy.yml success (https://github.example/runs/5)',
    ]);
  });

  it('says of an active client how to look again, of an archived one when it was looked at last', () => {
    expect(read({}).at(-1)).toBe('/acuops health heritage looks again now.');
    const target = sampleTarget('heritage', { status: 'archived' });
    const observations = [observation({ verdict: 'fail', since: ago(4 * dayMs) })];
    const checks = [{ state: 'fail', at: ago(3 * dayMs) }];
    expect(read({ target, observations, checks })).toStrictEqual([
      'Heritage Fabrics (premium): archived, last checked 3 days ago',
      '❌ Deploy workflow enabled, was failing since 2026-11-16 02:00 CST',
    ]);
  });
});
