/** What to do where a fact could not be had fits that fact. */
import { describe, expect, it } from 'vitest';
import type { GateName } from '../../../src/policy/deploy/facts.ts';
import type { GateFacts } from '../../../src/policy/deploy/gates.ts';
import type { UnknownReason } from '../../../src/policy/health/facts.ts';
import { asked, now, unknownFact } from '../health/sample-facts.ts';
import { instance, judgeOne, source } from './sample-gate-facts.ts';

const lost = (reason: UnknownReason, say = 'why') => ({ kind: 'unknown', reason, say }) as const;
const mend = "mend the file in the client's repository";

describe('the next step', () => {
  it.each<[GateName, string, Partial<GateFacts>, string]>([
    ['orphans', 'faulty settings', { settings: lost('malformed') }, mend],
    ['orphans', 'a faulty manifest', { manifest: lost('malformed') }, mend],
    ['workflow', 'a faulty workflow', { source: source({ workflow: lost('malformed') }) }, mend],
    ['test-tenant', 'one without a name', { testTenant: lost('malformed') }, mend],
    [
      'checks',
      'an odd answer',
      { source: source({ checks: lost('malformed') }) },
      'ask again; if it stays, tell the keeper of the desk',
    ],
    ['scope', 'no such ref', { source: source({ commit: lost('not-configured') }) }, 'correct --ref'],
    [
      'workflow',
      'no such version of the engine',
      { source: source({ engines: lost('not-configured') }) },
      "correct the engine's version in the workflow, or the variable that names it",
    ],
    [
      'co-publish',
      'no project',
      { projects: lost('not-configured') },
      'set CUSTOMIZATION_PROJECT_NAME, or project.name in acuops.yaml',
    ],
    [
      'orphans',
      'a site that is not asked',
      {
        instance: instance({
          api: { kind: 'publishing', since: now, runUrl: null, at: now },
          published: lost('held-back'),
        }),
      },
      'see to the site first',
    ],
    [
      'orphans',
      'a site that refuses',
      { instance: instance({ api: asked({ kind: 'refused' }), published: lost('no-access') }) },
      'see to the site first',
    ],
    [
      'orphans',
      'a list that did not come',
      { instance: instance({ published: lost('timed-out') }) },
      'ask again in some minutes',
    ],
    ['failures', 'a limit', { past: { ...lost('rate-limited'), until: now } }, 'ask again after that'],
    ['cooldown', 'GitHub away', { past: unknownFact }, 'ask again in some minutes'],
    [
      'health',
      'a session that may be open',
      { instance: instance({ api: { kind: 'session-held', until: now, at: now } }) },
      'ask again then',
    ],
  ])('of %s fits %s', (name, _what, over, next) => {
    expect(judgeOne(name, over)).toMatchObject({ verdict: 'unknown', next });
  });

  it('is one for all that a missing version hides', () => {
    const no = lost('not-configured', 'there is no such branch, tag or commit');
    const over = {
      source: source({ commit: no, change: no, checks: no, workflow: no, engines: no }),
      settings: no,
      manifest: no,
      projects: no,
    };
    for (const name of ['orphans', 'scope', 'checks', 'workflow', 'co-publish', 'hours'] as const)
      expect(judgeOne(name, over)).toMatchObject({ say: no.say, next: 'correct --ref' });
  });

  it('is for an admin where GitHub is not set up at all, or lets nobody in', () => {
    const no = lost('not-configured', 'no token');
    const over = { source: source({ commit: no }), workflowState: no };
    expect(judgeOne('scope', over).next).toContain('an admin: complete the client');
    expect(judgeOne('checks', { source: source({ checks: lost('no-access') }) }).next).toContain(
      'ask doctor',
    );
  });
});
