/** A pretend GitHub with one client's repository of three commits and the engine that its deploys use. */
import { createGitHubFront } from '../../../sandbox/github/front.ts';
import type { SourceFacts } from '../../../src/policy/deploy/facts.ts';
import { createGitHubClient } from '../../../src/systems/github/create-client.ts';
import { createSourceReader, type SourceRequest } from '../../../src/systems/github/read-source.ts';
import { afterTest, createMemoryCache, createTestClock } from './world.ts';

export const workflowPath = '.github/workflows/acuops-deploy.yml';

export const toWorkflowText = (
  engine = "acme/engine, ref: '${{ vars.ENGINE_VERSION || ''main'' }}'",
): string =>
  [
    'on: { workflow_dispatch: { inputs: { environment: { required: true } } } }',
    'jobs:',
    '  deploy:',
    '    steps:',
    '      - uses: actions/checkout@v4',
    `        with: { repository: ${engine} }`,
    '      - run: echo ${{ vars.PROJECT }}',
    '',
  ].join('\n');

const minutesAgo = (minutes: number): Date =>
  new Date(Math.floor(Date.now() / 1_000) * 1_000 - minutes * 60_000);

/** `live` is deployed, `middle` and `tip` are not. */
export const openSourceWorld = async ({ cache = createMemoryCache() } = {}) => {
  const clock = createTestClock();
  const front = await createGitHubFront({ owner: 'acme', clock: () => clock.now().getTime() });
  afterTest(() => front.stop());
  const github = createGitHubClient({
    auth: { kind: 'token', token: () => front.token },
    baseUrl: front.apiUrl,
    clock,
    timeoutMs: 2_000,
  });
  afterTest(github.close);
  front.addRepository({ name: 'heritage' });
  front.addRepository({ name: 'engine' });
  const live = front.addCommit('heritage', {
    title: 'First',
    author: 'ada',
    at: minutesAgo(60),
    files: {
      [workflowPath]: toWorkflowText(),
      'acuops.yaml': 'project: HeritageCore\n',
      'instance-manifest.json': '{"größe":1}',
      'Customization/a.xml': '<a/>',
    },
  });
  const middle = front.addCommit('heritage', {
    title: 'Second',
    author: 'ben',
    at: minutesAgo(40),
    files: { 'Customization/a.xml': '<a>2</a>' },
    pull: { number: 7, title: 'Better prices' },
  });
  const tip = front.addCommit('heritage', {
    title: 'Third',
    body: 'Why it is needed.',
    author: 'ada',
    at: minutesAgo(20),
    isVerified: true,
    files: { 'Customization/b.xml': '<b/>' },
    pull: { number: 9, title: 'More <fields>' },
  });
  front.addCheck('heritage', tip, { name: 'test', conclusion: 'success' });
  front.addCheck('heritage', tip, { name: 'lint', conclusion: null });
  front.addStatus('heritage', tip, { context: 'ci/old', state: 'success' });
  front.setVariable('heritage', 'PROJECT', 'HeritageCore');
  const engineTip = front.addCommit('engine', { title: 'Engine', author: 'ada', at: minutesAgo(90) });

  const reader = createSourceReader({ client: github, cache, clock });
  const read = (patch: Partial<SourceRequest> = {}): Promise<SourceFacts> =>
    reader.read({
      repo: 'acme/heritage',
      ref: 'main',
      workflow: 'acuops-deploy.yml',
      environment: 'production',
      live,
      branch: null,
      signal: AbortSignal.timeout(10_000),
      ...patch,
    });
  /** What the last reads cost, and a fresh count. */
  const takeCalls = () => {
    const calls = [...front.calls()];
    front.resetCounts();
    return { count: calls.length, charged: calls.reduce((sum, call) => sum + call.charged, 0), calls };
  };
  return { front, clock, github, cache, read, takeCalls, live, middle, tip, engineTip };
};
