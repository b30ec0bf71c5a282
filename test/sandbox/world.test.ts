import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type AcumaticaServer, createAcumatica } from '../../sandbox/acumatica/server.ts';
import { createGitHubFront, type GitHubFront } from '../../sandbox/github/front.ts';
import { createFleet, createWorld } from '../../sandbox/world.ts';
import { defaultThresholds } from '../../src/policy/health/facts.ts';
import { judgeCi } from '../../src/policy/health/judge-ci.ts';
import { judgeLastDeploy } from '../../src/policy/health/judge-last-deploy.ts';
import { judgeWorkflow } from '../../src/policy/health/judge-workflow.ts';
import { parseRegistry } from '../../src/policy/registry/parse-registry.ts';
import { readPipeline } from './world-facts.ts';

interface Entry {
  readonly id: string;
  readonly repo: string;
  readonly tier: string;
  readonly timezone: string;
  readonly status: string;
  readonly reference?: boolean;
  readonly slack?: { readonly team: string; readonly channel: string };
  readonly contacts?: readonly { readonly team: string; readonly user: string }[];
  readonly environments: readonly {
    readonly url: string;
    readonly tenant: string;
    readonly credentials?: { readonly username: string; readonly password: string };
  }[];
}

const now = new Date('2026-11-20T15:00:00Z');
let world: ReturnType<typeof createWorld>;
let front: GitHubFront;
let server: AcumaticaServer;
let entries: readonly Entry[];
const env: Record<string, string | undefined> = {};

const start = async (of: {
  seedGitHub(front: GitHubFront): void;
  seedAcumatica(server: AcumaticaServer): void;
}) => {
  const clock = () => now.getTime();
  const parts = {
    front: await createGitHubFront({ owner: 'acuops-demo', clock }),
    server: await createAcumatica({ clock }),
  };
  of.seedGitHub(parts.front);
  of.seedAcumatica(parts.server);
  return parts;
};

beforeAll(async () => {
  world = createWorld({ now });
  ({ front, server } = await start(world));
  entries = (parse(world.toRegistryYaml({ acumaticaUrl: server.url })) as { clients: Entry[] }).clients;
  Object.assign(env, world.credentialsEnv);
});
afterAll(async () => {
  await Promise.all([front.stop(), server.stop()]);
});

const entry = (id: string): Entry => {
  const found = entries.find((one) => one.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};

const resolve = (reference: string): string => env[reference.replace('env:', '')] ?? '';

const signIn = async (id: string): Promise<number> => {
  const [site] = entry(id).environments;
  if (!site?.credentials) return (await fetch(`${site?.url}/entity/auth/login`)).status;
  const { username, password } = site.credentials;
  const response = await fetch(`${site.url}/entity/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ name: resolve(username), password: resolve(password), tenant: site.tenant }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  if (response.status === 204)
    await fetch(`${site.url}/entity/auth/logout`, { method: 'POST', headers: { cookie } });
  return response.status;
};

const judge = async (id: string): Promise<string[]> => {
  const facts = await readPipeline(front, entry(id).repo, now);
  const client = {
    deployWorkflow: 'acuops-deploy.yml',
    ciWorkflows: ['ci.yml'],
    productionBranch: 'main',
    defaultBranch: 'main',
    thresholds: defaultThresholds,
  };
  const seen = [
    judgeWorkflow(client, facts.workflows, now),
    judgeLastDeploy(client, facts, now),
    ...judgeCi(client, facts.runs, now),
  ];
  return seen.map((one) => `${one.verdict}: ${one.cause}`);
};

describe('what health would find', () => {
  test.each([
    ['heritage', 401, ['pass: active', 'pass: deployed', 'pass: passing']],
    ['bayline', 204, ['pass: active', 'fail: deploy-too-old', 'fail: failing-runs']],
    ['kestrel', 204, ['pass: active', 'warn: deploy-too-old', 'warn: failing-runs']],
    ['aster', 204, ['pass: active', 'pass: deployed', 'pass: passing']],
    ['norrland', 204, ['unknown: no-access', 'unknown: no-access', 'unknown: no-access']],
    ['pacific-crate', 204, ['fail: disabled_inactivity', 'fail: deploy-too-old', 'pass: passing']],
    // Reachable, but there is nothing to sign in with: 405 is the answer to an unsigned GET.
    ['juniper', 405, ['fail: workflow-missing', 'fail: never-deployed', 'pass: passing']],
  ])('%s', async (id, signedIn, said) => {
    expect(await judge(id)).toEqual(said);
    expect(await signIn(id)).toBe(signedIn);
  });
});

describe('the registry', () => {
  test.each([{}, { secretsDir: '/run/secrets/acuops' }])('is a file that the desk takes, with %j', (more) => {
    expect(parseRegistry(world.toRegistryYaml({ acumaticaUrl: server.url, ...more }))).toMatchObject({
      kind: 'parsed',
    });
  });

  test('has eight clients in three tiers and four or more zones that exist', () => {
    expect(entries).toHaveLength(8);
    expect(new Set(entries.map((one) => one.tier))).toEqual(new Set(['premium', 'standard', 'self-service']));
    const zones = new Set(entries.map((one) => one.timezone));
    expect(zones.size).toBeGreaterThanOrEqual(4);
    for (const zone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow();
    expect(entries.filter((one) => one.reference).map((one) => one.id)).toEqual(['heritage']);
    expect(entries.filter((one) => one.status === 'offboarding').map((one) => one.id)).toEqual(['wexford']);
  });

  test('two tenants share one site, one client has no credentials, every reference has a value', () => {
    expect(entry('kestrel').environments[0]?.url).toBe(entry('aster').environments[0]?.url);
    expect(entry('kestrel').environments[0]?.tenant).not.toBe(entry('aster').environments[0]?.tenant);
    const held = entries.flatMap((one) => one.environments).flatMap((site) => site.credentials ?? []);
    expect(entries.filter((one) => !one.environments[0]?.credentials).map((one) => one.id)).toEqual([
      'juniper',
    ]);
    expect(held).toHaveLength(7);
    for (const { username, password } of held)
      expect([resolve(username), resolve(password)]).not.toContain('');
    expect(world.toRegistryYaml({ acumaticaUrl: server.url })).not.toMatch(/api-2026/u);
  });

  test('people and channels it names exist in the Slack side', () => {
    const { people, channels, userGroups } = world.slack;
    const contact = entry('bayline').contacts?.[0];
    expect(people.find((person) => person.id === contact?.user)?.teamId).toBe(contact?.team);
    expect(contact?.team).not.toBe(world.slack.teamId);
    const channel = channels.find((one) => one.id === entry('bayline').slack?.channel);
    expect(channel).toMatchObject({ isExtShared: true, memberIds: expect.arrayContaining([contact?.user]) });
    expect(channels.some((one) => one.id === entry('heritage').slack?.channel && !one.isExtShared)).toBe(
      true,
    );
    const known = new Set(people.map((person) => person.id));
    expect(
      [...channels.flatMap((one) => one.memberIds), ...userGroups.flatMap((one) => one.userIds)].every((id) =>
        known.has(id),
      ),
    ).toBe(true);
    expect(people).toHaveLength(5);
  });
});

describe('what happens later', () => {
  test('Heritage signs in with the rotated password, from the environment and from a file', async () => {
    expect(await signIn('heritage')).toBe(401);
    const folder = mkdtempSync(join(tmpdir(), 'acuops-world-'));
    try {
      world.writeSecrets(folder);
      const file = join(folder, 'ACU_HERITAGE_PASSWORD');
      expect(world.toRegistryYaml({ acumaticaUrl: server.url, secretsDir: folder })).toContain(
        `file:${file}`,
      );
      const before = readFileSync(file, 'utf8');
      world.story.heritagePasswordRotated({ env, secretsDir: folder });
      const after = readFileSync(file, 'utf8');
      expect(after).not.toBe(before);
      expect(after.trim()).toBe(env['ACU_HERITAGE_PASSWORD']);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(await signIn('heritage')).toBe(204);
  });

  test('Bayline turns green and Pacific is deployed, told by webhooks', async () => {
    world.story.baylineCiRepaired(front, now);
    world.story.pacificDeployed(front, now);
    expect((await judge('bayline'))[2]).toBe('pass: passing');
    expect((await judge('pacific-crate')).slice(0, 2)).toEqual(['pass: active', 'pass: deployed']);
    const told = front.webhooks.deliveries().filter((one) => one.event === 'workflow_run');
    expect(told.map((one) => one.action)).toEqual(['requested', 'completed', 'requested', 'completed']);
  });
});

test('a fleet of a thousand is seeded fast, with the dead sites spread over it', async () => {
  const started = performance.now();
  const fleet = createFleet({ count: 1000, now, deadHosts: 100, dead: 'refused', redCi: 3 });
  const parts = await start(fleet);
  try {
    expect(performance.now() - started).toBeLessThan(3000);
    const refusedUrl = await parts.server.refusedUrl();
    const { clients } = parse(fleet.toRegistryYaml({ acumaticaUrl: parts.server.url, refusedUrl })) as {
      clients: Entry[];
    };
    const dead = clients.flatMap((one, index) =>
      one.environments[0]?.url.startsWith(refusedUrl) ? [index] : [],
    );
    expect(dead).toHaveLength(100);
    expect(dead[99]).toBeGreaterThan(900);
    expect(dead[0]).toBeLessThan(100);
    expect(new Set(clients.map((one) => one.id)).size).toBe(1000);
    const facts = await readPipeline(parts.front, 'acuops-demo/acuops-client-0500', now);
    expect(facts.deployTags).toMatchObject({
      kind: 'known',
      value: [{ name: expect.stringMatching(/^deploy\/prod\/2026/u) }],
    });
  } finally {
    await Promise.all([parts.front.stop(), parts.server.stop()]);
  }
});
