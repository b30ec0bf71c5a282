import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createGitHubFront, type GitHubFront } from '../../../sandbox/github/front.ts';
import { createWorld } from '../../../sandbox/world.ts';

const now = new Date('2026-11-20T15:00:00Z');
const world = createWorld({ now });
let front: GitHubFront;

beforeAll(async () => {
  front = await createGitHubFront({ owner: 'acuops-demo', clock: () => now.getTime() });
  world.seedGitHub(front);
});
afterAll(() => front.stop());

const read = async <T>(repo: string, path: string): Promise<T> => {
  const response = await fetch(`${front.apiUrl}/repos/acuops-demo/${repo}/${path}`, {
    headers: { authorization: `Bearer ${front.token}` },
  });
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as T;
};

const readText = async (repo: string, path: string): Promise<string> => {
  const { content } = await read<{ content: string }>(repo, `contents/${path}`);
  return Buffer.from(content, 'base64').toString();
};

interface Shown {
  readonly sha: string;
  readonly author: { readonly login: string };
  readonly commit: { readonly author: { readonly date: string } };
}
interface Checks {
  readonly check_runs: readonly { readonly name: string; readonly conclusion: string }[];
}

/** The commit of the newest deploy that held, by its run. */
const toLive = (id: string): string => {
  const { runs } = world.clients.find((client) => client.id === id)?.repository ?? { runs: [] };
  const deploys = runs.filter((run) => run.event === 'push' && run.file === 'acuops-deploy.yml');
  const held = deploys.filter((run) => run.conclusion === 'success');
  return held.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()).at(-1)?.headSha ?? '';
};

const readNewer = async (id: string) => {
  const repo = `acuops-${id}`;
  const { commits, files } = await read<{ commits: Shown[]; files: { filename: string }[] }>(
    repo,
    `compare/${toLive(id)}...main`,
  );
  const pulls = commits.map(({ sha }) => read<{ number: number }[]>(repo, `commits/${sha}/pulls`));
  const checks = commits.map(({ sha }) => read<Checks>(repo, `commits/${sha}/check-runs`));
  return {
    authors: commits.map((commit) => commit.author.login),
    pulls: (await Promise.all(pulls)).flat().map((pull) => pull.number),
    checks: (await Promise.all(checks)).map(({ check_runs }) =>
      check_runs.map((check) => `${check.name} ${check.conclusion}`).join(', '),
    ),
    folders: new Set(files.map((file) => file.filename.split('/')[0])),
  };
};

describe('what a deploy would bring', () => {
  const green = 'lint success, test success';

  test('Heritage: three commits by two people, two of them by pull request', async () => {
    expect(await readNewer('heritage')).toEqual({
      authors: ['sam-ortiz', 'dana-lee', 'sam-ortiz'],
      pulls: [31, 33],
      checks: [green, green, green],
      folders: new Set(['Customization']),
    });
  });

  test('Kestrel: one commit that failed its tests; Aster: nothing; Bayline: another workflow too', async () => {
    expect(await readNewer('kestrel')).toMatchObject({
      authors: ['noor-haddad'],
      checks: ['lint success, test failure'],
    });
    expect(await read('acuops-aster', `compare/${toLive('aster')}...main`)).toMatchObject({
      status: 'identical',
    });
    expect(await readNewer('bayline')).toMatchObject({
      checks: [green, green],
      folders: new Set(['.github', 'Customization']),
    });
  });

  test('deploys and tags stand on commits of main that were there before them', async () => {
    const seen = world.clients.filter((client) => client.repository.accessible);
    expect(seen).toHaveLength(7);
    for (const { id, repository } of seen) {
      for (const run of repository.runs.filter((one) => one.file === 'acuops-deploy.yml')) {
        const made = await read<Shown>(`acuops-${id}`, `commits/${run.headSha}`);
        expect(new Date(made.commit.author.date).getTime()).toBeLessThan(run.createdAt.getTime());
      }
      for (const { name, sha } of repository.tags) {
        expect(await read(`acuops-${id}`, `commits/tags/${name}`)).toMatchObject({ sha });
        expect(await read(`acuops-${id}`, `compare/${sha}...main`)).toMatchObject({ behind_by: 0 });
      }
      const times = repository.past?.commits.map((commit) => commit.at.getTime()) ?? [];
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('the workflow takes the inputs, and checks out an engine that is there', async () => {
    const text = await readText('acuops-heritage', '.github/workflows/acuops-deploy.yml');
    const workflow = parse(text) as {
      on: { push: { paths: string[] }; workflow_dispatch: { inputs: Record<string, unknown> } };
      jobs: Record<string, { steps: { with?: { repository?: string; ref?: string } }[] }>;
    };
    expect(workflow.on.push.paths).toEqual(['Customization/**']);
    expect(workflow.on.workflow_dispatch.inputs).toMatchObject({
      environment: { type: 'choice', options: ['staging', 'production'], required: true },
      dry_run: { type: 'boolean', default: false },
      skip_backup: { default: false },
      skip_countdown: { default: false },
      force_qualify: { default: false },
      countdown_complete: { default: false },
    });
    expect(Object.keys(workflow.jobs)).toEqual([
      'build',
      'qualify',
      'test-tenant-gate',
      'deploy',
      'validate',
      'post-deploy-validation',
    ]);
    expect(workflow.jobs['deploy']?.steps.find((step) => step.with?.repository)?.with).toMatchObject({
      repository: 'acuops-demo/acuops-pipeline',
      ref: "${{ vars.ACUOPS_PIPELINE_VERSION || 'main' }}",
    });
    expect(await read('acuops-pipeline', 'compare/v1.8.2...main')).toMatchObject({ ahead_by: 1 });
  });

  test('variables, settings and manifest name the same projects', async () => {
    const readVariables = async (repo: string) => {
      type Listed = { variables: { name: string; value: string }[] };
      const { variables } = await read<Listed>(repo, 'actions/variables');
      return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
    };
    expect(await readVariables('acuops-heritage')).toEqual({
      CUSTOMIZATION_PROJECT_NAME: 'HeritageCustom',
      ALSO_PUBLISH_PROJECTS: 'LotTrace,ShipLinkRates',
    });
    expect(await readVariables('acuops-pacific-crate')).toEqual({
      CUSTOMIZATION_PROJECT_NAME: 'PacificCrateCustom',
      ACUOPS_PIPELINE_VERSION: 'v1.8.2',
    });
    const settings: unknown = parse(await readText('acuops-heritage', 'acuops.yaml'));
    expect(settings).toMatchObject({
      project: { name: 'HeritageCustom' },
      publish: { co_publish: ['LotTrace', 'ShipLinkRates'] },
      client: { timezone: 'America/Chicago' },
    });
    const manifest: unknown = JSON.parse(await readText('acuops-heritage', 'instance-manifest.json'));
    expect(manifest).toMatchObject({
      projects: { HeritageCustom: { category: 'managed' }, LotTrace: { category: 'isv' } },
    });
    const metadata = 'Customization/HeritageCustom/_project/ProjectMetadata.xml';
    expect(await readText('acuops-heritage', metadata)).toContain('<project name="HeritageCustom" level="0"');
  });
});

test('what is deployed later is the newest commit', async () => {
  world.story.pacificDeployed(front, now);
  const { workflow_runs: runs } = await read<{ workflow_runs: { head_sha: string }[] }>(
    'acuops-pacific-crate',
    'actions/runs?per_page=1',
  );
  const compared = await read('acuops-pacific-crate', `compare/${toLive('pacific-crate')}...main`);
  expect(compared).toMatchObject({ ahead_by: 1, commits: [{ sha: runs[0]?.head_sha }] });
});
