import { describe, expect, it } from 'vitest';
import { judgeGithub } from '../../../src/commands/doctor/judge-systems.ts';

const now = new Date('2026-11-20T12:00:00Z');
const planning = ['checks: read', 'statuses: read', 'pull_requests: read', 'actions_variables: read'];

const judge = (identity: 'token' | 'app', missing: Readonly<Record<string, readonly string[]>>) =>
  judgeGithub(
    {
      kind: 'accepted',
      identity,
      accounts: [],
      of: Object.keys(missing).length,
      repositories: Object.entries(missing).map(([repo, rights]) => ({
        repo,
        can: [],
        missing: rights,
        trouble: null,
        until: null,
      })),
    },
    now,
  ).filter(({ name }) => name.startsWith('GitHub rights'));

describe('rights that planning a deploy needs', () => {
  it('warn where they are missing, and health stays well', () => {
    expect(judge('app', { 'acme/one': ['checks: read'], 'acme/two': [] })).toMatchObject([
      { name: 'GitHub rights', state: 'pass', say: '2 repositories can be read.' },
      {
        name: 'GitHub rights for deploys',
        state: 'warn',
        say: 'Deploys cannot be planned: the App may not read checks (acme).',
        mend: 'Add read access to these on the App’s page; the organisation then has to accept it.',
      },
    ]);
  });

  it('are named each once, as GitHub calls them, with the owners', () => {
    const [, finding] = judge('token', {
      'acme/one': [...planning, 'environments: read'],
      'other/one': ['checks: read'],
    });
    expect(finding).toMatchObject({
      say: 'Deploys cannot be planned: the token may not read checks, commit statuses, pull requests, variables, environments (acme, other).',
      mend: expect.stringContaining('`repo`'),
    });
  });

  it('say nothing where none is missing, or nothing of the repository can be read', () => {
    expect(judge('app', { 'acme/one': [] }).map(({ name }) => name)).toEqual(['GitHub rights']);
    const hidden = ['metadata: read', 'actions: read', 'contents: read'];
    expect(judge('app', { 'acme/one': hidden })).toMatchObject([{ name: 'GitHub rights', state: 'fail' }]);
  });

  it('fail for health only by what health needs', () => {
    expect(judge('app', { 'acme/one': ['contents: read', 'checks: read'] })).toMatchObject([
      { state: 'fail', say: 'A permission is missing: acme/one (contents: read).' },
      { state: 'warn', say: 'Deploys cannot be planned: the App may not read contents, checks (acme).' },
    ]);
  });
});
