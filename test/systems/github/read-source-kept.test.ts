import { describe, expect, it } from 'vitest';
import { openSourceWorld, toWorkflowText, workflowPath } from './source-world.ts';

const secrets = {
  organisation: 'value-of-the-organisation',
  repository: 'value-of-the-repository',
  environment: 'value-of-the-environment',
  settings: 'https://hooks.example.com/services/T0/B0/settings',
  manifest: 'text-of-the-manifest',
  workflow: 'literal-in-the-workflow',
};

const openSecretWorld = async () => {
  const world = await openSourceWorld();
  const { front } = world;
  front.setOrganizationVariable('heritage', 'SHARED', secrets.organisation);
  front.setVariable('heritage', 'OWN', secrets.repository);
  front.setVariable('heritage', 'SPECIAL', secrets.environment, 'production');
  const files = {
    [workflowPath]: `${toWorkflowText()}      - run: echo ${secrets.workflow}\n`,
    'acuops.yaml': `slack: ${secrets.settings}\n`,
    'instance-manifest.json': `{"x":"${secrets.manifest}"}`,
  };
  front.addCommit('heritage', { title: 'Secrets', author: 'ada', at: new Date(), files });
  return world;
};

const toTexts = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value, Buffer.from(value, 'base64').toString()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...toTexts(inner)]);
};

describe('what is kept of a reading', () => {
  it('is no value of a variable and no text of a file, in plain or in base64', async () => {
    const { cache, read } = await openSecretWorld();
    const facts = await read();
    expect(facts).toMatchObject({
      workflow: { kind: 'known' },
      variables: {
        value: {
          SHARED: secrets.organisation,
          OWN: secrets.repository,
          SPECIAL: secrets.environment,
        },
      },
      settings: { value: expect.stringContaining(secrets.settings) },
      manifest: { value: expect.stringContaining(secrets.manifest) },
    });
    await read();
    const texts = toTexts([...cache.entries.values()]).join('\n');
    expect(Object.values(secrets).filter((secret) => texts.includes(secret))).toEqual([]);
    const kinds = [...cache.entries.keys()].map((key) => key.split('/')[3] ?? '');
    expect([...new Set(kinds)].toSorted()).toEqual(['checks', 'commit', 'compare', 'pulls', 'statuses']);
  });

  it('is never used for a variable or a file: they are asked for whole each time', async () => {
    const { read, takeCalls } = await openSecretWorld();
    await read();
    takeCalls();
    await read();
    const charged = takeCalls().calls.filter((call) => call.charged > 0);
    expect(charged.map(({ path }) => path.split(/\/heritage\/|\?/u)[1] ?? '').toSorted()).toEqual([
      'actions/organization-variables',
      'actions/variables',
      expect.stringContaining('acuops-deploy.yml'),
      'contents/acuops.yaml',
      'contents/instance-manifest.json',
      'environments/production/variables',
    ]);
  });

  it('is no more of an answer than is needed', async () => {
    const { cache, read } = await openSourceWorld();
    await read();
    const [commit] = [...cache.entries.values()].filter(
      ({ key }) => key === 'github/acme/heritage/commit/main',
    );
    expect(Object.keys(commit?.body ?? {}).toSorted()).toEqual(['author', 'commit', 'sha']);
    expect(JSON.stringify([...cache.entries.values()])).not.toContain('Why it is needed');
  });

  it('and told is bounded, however long a name is', async () => {
    const { front, cache, read } = await openSourceWorld();
    const long = 'n'.repeat(100_000);
    const path = `Customization/${'p'.repeat(2_000)}.sh`;
    const sha = front.addCommit('heritage', {
      title: long,
      author: long,
      at: new Date(),
      files: { [path]: 'x' },
      pull: { number: 11, title: long },
    });
    front.addCheck('heritage', sha, { name: long, conclusion: 'success' });
    front.addStatus('heritage', sha, { context: `c${long}`, state: 'success' });
    const facts = await read();
    expect(facts).toMatchObject({ commit: { kind: 'known' }, change: { kind: 'known' } });
    expect(facts.checks).toMatchObject({ value: { length: 2 } });
    expect(JSON.stringify(facts).length).toBeLessThan(10_000);
    const kept = [...cache.entries.values()].filter(({ key }) => !/checks|statuses/u.test(key));
    expect(JSON.stringify(kept).length).toBeLessThan(20_000);
  });
});
