/** A desk that signs in to GitHub as an App: the same card as with a token, paid by its installation, and a doctor that says whose budget and rights it looked at. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk } from './open-desk.ts';

let desk: OpenDesk<World>;

const open = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
  desk = await openDesk({ world: createWorld({ now: new Date() }), githubSignIn: 'app', env });
};

interface Told {
  readonly name: string;
  readonly state: string;
  readonly say: string;
  readonly mend: string | null;
}
const readFindings = async (): Promise<ReadonlyMap<string, Told>> => {
  const { body } = await desk.json<{ findings: readonly Told[] }>(['doctor']);
  return new Map(body.data.findings.map((finding) => [finding.name, finding]));
};

describe('a desk with a GitHub App', () => {
  beforeAll(() => open());
  afterAll(() => desk.stop());

  it('brings a health check to its card, and what GitHub lets it not see is the only unknown', async () => {
    expect(desk.stand.env['GITHUB_TOKEN']).toBeUndefined();
    const card = await desk.ask('health');
    expect(desk.newest().text).toMatch(/^4 of 7 need you, worst: Heritage Fabrics P1/u);
    expect(card).toContain('CI failed 3 times in a row');
    expect(card).toContain('repository not found or the App has no access');
    const { body } = await desk.json(['health']);
    const hidden = body.data.clients.filter(({ observations }) =>
      observations.some(({ criterion, verdict }) => criterion === 'workflow' && verdict === 'unknown'),
    );
    expect(hidden.map(({ client }) => client.key)).toEqual(['norrland']);
    const tokens = desk.stand.github.calls().filter(({ path }) => path.endsWith('/access_tokens'));
    expect(tokens.map(({ status }) => status)).toEqual([201]);
  });

  it('pays nothing for what did not change, as with a token', async () => {
    desk.pass(6 * 60_000);
    desk.stand.github.resetCounts();
    await desk.ask('health');
    const calls = desk.stand.github.calls();
    expect(calls.filter(({ status }) => status === 304).length).toBeGreaterThan(10);
    // A repository out of reach answers no ETag.
    expect(calls.filter(({ charged, path }) => charged > 0 && !path.includes('norrland'))).toEqual([]);
  });

  it('is well for doctor, which names its budget and what the App was not granted', async () => {
    desk.stand.github.setAccessible('acuops-norrland', true);
    const well = await readFindings();
    expect(well.get('GitHub App')).toMatchObject({ state: 'pass' });
    expect(well.get('GitHub rights')).toMatchObject({ state: 'pass' });
    expect(well.get('GitHub budget')?.say).toMatch(/installation of acuops-demo: \d+ of 5000 requests left/u);
    desk.stand.github.setPermissions({ metadata: 'read', actions: 'read' });
    const short = (await readFindings()).get('GitHub rights');
    expect(short).toMatchObject({
      state: 'fail',
      mend: expect.stringContaining('accepted by the organisation'),
    });
    expect(short?.say).toContain('acuops-demo/acuops-heritage (contents: read)');
  });

  it('tells neither its key nor its tokens', async () => {
    await desk.ask('doctor');
    const told = [
      ...desk.log,
      JSON.stringify(await desk.readAuditRows()),
      JSON.stringify(desk.stand.slack.calls()),
    ].join('\n');
    const key = desk.stand.github.privateKey.replaceAll('\n', '');
    expect(told).not.toContain(key.slice(40, 80));
    expect(told).not.toMatch(/\bghs_\w/u);
  });
});

describe('a GitHub App', () => {
  afterEach(() => desk.stop());

  it('that is asked first about a repository it was not given reads the others all the same', async () => {
    await open();
    desk.stand.github.faults.slow({ path: '*/acuops-norrland/installation' }, 400);
    await desk.say('health norrland');
    await desk.say('health aster');
    await desk.quiet();
    expect(desk.shown().join('\n')).toContain('Aster Medical Supply is healthy');
  });

  it('whose key is another’s leaves all the rest to be checked, and doctor says what to compare', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await open({ GITHUB_APP_PRIVATE_KEY: other.export({ type: 'pkcs8', format: 'pem' }).toString() });
    const card = await desk.ask('health aster');
    expect(card).toContain('API: sign-in works');
    expect(card).toContain('Workflow, Last deploy, CI: unknown, GitHub refused the App (401)');
    expect((await readFindings()).get('GitHub App')).toMatchObject({
      state: 'fail',
      mend: expect.stringContaining('GITHUB_APP_PRIVATE_KEY'),
    });
  });
});
