import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../src/blocks/limits.ts';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { type DeployView, renderDeployCard } from '../../../src/commands/deploy/blocks.ts';
import { gateNames } from '../../../src/policy/deploy/facts.ts';
import type { DeployReport } from '../../../src/policy/deploy/report.ts';
import { ago, hourMs, now } from '../../policy/health/sample-facts.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { sampleGates, sampleReport } from './sample-report.ts';

const view: DeployView = {
  now,
  zone: 'America/Chicago',
  spokenId: '7F3K2M',
  cardId: 'card',
  version: 1,
  supersededBy: null,
};

const show = (over: Partial<DeployReport> = {}, seen: Partial<DeployView> = {}): string =>
  toPlainText(renderDeployCard(sampleReport(over), { ...view, ...seen }));

/** Plain text is shown as it is: nothing in it calls anybody. */
const withoutPlain = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'plain_text'
    ? null
    : value;

describe('whatever the report', () => {
  it('the card is lawful, and nothing foreign pings, links or breaks out', () => {
    fc.assert(
      fc.property(arbitraryReport, fc.option(fc.constant('9ABCDE')), (report, supersededBy) => {
        const message = renderDeployCard(report, { ...view, supersededBy });
        expect(checkMessage(message.blocks, message.text)).toStrictEqual([]);
        expect(JSON.stringify(message, withoutPlain)).not.toMatch(
          // Whoever was asked or voted may be named, and groups that may decide; nobody else.
          /<!(?:channel|here|everyone)|<!subteam\^(?!S0APPROVERS>)|<@(?!U0ANN>)/u,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('what blocks stands on the card, unless it is too much and says so', () => {
    fc.assert(
      fc.property(fc.subarray([...gateNames], { minLength: 1 }), (names) => {
        const failing = Object.fromEntries(
          names.map((name) => [name, { verdict: 'fail', say: `broken ${name}` }] as const),
        );
        const text = show({ state: 'blocked', gates: sampleGates(failing) });
        expect(names.filter((name) => !text.includes(`broken ${name}`))).toStrictEqual([]);
      }),
    );
  });
});

describe('the first line', () => {
  it('says that it goes on', () => {
    expect(show({ state: 'looking', gates: [] })).toMatch(
      /^⏳ Dry run for Heritage Fabrics, production: looking at GitHub and the site/u,
    );
  });

  it('says that nothing is in the way, or how many warnings there are', () => {
    expect(show()).toMatch(/^✅ Dry run for Heritage Fabrics, production: nothing is in the way/u);
    expect(show({ gates: sampleGates({ hours: { verdict: 'warn' } }) })).toMatch(/: ready, with 1 warning/u);
  });

  it('says what fails before what is not known, with the hour at the reader', () => {
    const text = show({
      state: 'blocked',
      gates: sampleGates({
        health: { verdict: 'unknown', say: 'timed out' },
        checks: { verdict: 'fail', say: '2 checks failed: test, lint' },
        killswitch: { verdict: 'fail', say: 'killswitch is on', moment: { word: 'since', at: ago(hourMs) } },
      }),
    });
    expect(text).toMatch(
      /^❌ .*would not start, 2 checks failed: test, lint; killswitch is on since 01:00 CST\n/u,
    );
  });

  it('tells where only something is not known', () => {
    const text = show({
      state: 'blocked',
      gates: sampleGates({ checks: { verdict: 'unknown', say: 'no checks ran' } }),
    });
    expect(text).toMatch(/^❔ .*would not start, no checks ran\n/u);
  });

  it('says which card took its place, and cannot be pressed any more', () => {
    const text = show({}, { supersededBy: '9ABCDE' });
    expect(text).toMatch(/^⏭️ Superseded by 9ABCDE, older picture: /u);
    expect(text).not.toContain('Plan again');
    expect(show()).toContain('Plan again');
  });
});

describe('the lines below', () => {
  it('name gates together that one cause keeps from an answer', () => {
    const same = { verdict: 'unknown', say: 'GitHub answered 503', next: 'ask again' } as const;
    const text = show({ state: 'blocked', gates: sampleGates({ scope: same, checks: same }) });
    expect(text).toContain('❔ Change, Checks: unknown, GitHub answered 503\n→ ask again');
    expect(text).toContain('✅ 10 of 12 pass');
  });

  it('say once what keeps the plan from being whole', () => {
    const missing = ['the engine: GitHub answered 503', 'the variables: GitHub answered 503'];
    expect(show({ state: 'blocked', missing })).toContain(
      '❔ The plan is not whole: the engine, the variables: GitHub answered 503',
    );
  });

  it('say what a deploy would take back', () => {
    const change = {
      standing: 'diverged',
      aheadBy: 2,
      behindBy: 1,
      commits: [],
      authors: ['a', 'b', 'c', 'd', 'e'],
      pulls: [],
      files: 300,
      areFilesCut: true,
      url: 'https://github.example/compare',
    } as const;
    expect(show({ change })).toContain(
      'adds 2 commits by a, b, c, d and others, more than 300 files, and takes back 1 commit',
    );
  });
});
