/** What a deploy workflow runs that is not at the wanted version, and whether it can be seen. */
import { describe, expect, it } from 'vitest';
import type { WorkflowFileFact } from '../../../src/policy/deploy/facts.ts';
import { parseWorkflowFile } from '../../../src/policy/deploy/workflow-file.ts';

const parse = (text: string): WorkflowFileFact => {
  const parsed = parseWorkflowFile(text, 'b'.repeat(40));
  if (parsed.kind === 'faulty') throw new Error(parsed.say);
  return parsed.workflow;
};
const sha = 'a1'.repeat(20);
const withSteps = (...steps: readonly object[]) =>
  parse(JSON.stringify({ on: 'push', jobs: { one: { steps } } }));
const checkout = (fields: object) => ({ uses: 'actions/checkout@v4', with: fields });

describe('engines', () => {
  it('are all repositories that are checked out, each once', () => {
    const fixed = (ref: string) => ({ kind: 'fixed', ref });
    const steps = [
      { uses: 'actions/checkout@v4' },
      checkout({ repository: 'a/engine', ref: 'v1' }),
      checkout({ repository: 'A/Engine', ref: 'v1' }),
      checkout({ repository: 'a/engine', ref: 'v2' }),
      checkout({ repository: 'b/tools' }),
    ];
    expect(withSteps(...steps).engines).toMatchObject([
      { ref: fixed('v1') },
      { repo: 'a/engine', ref: fixed('v2') },
      { repo: 'b/tools', ref: fixed('HEAD') },
    ]);
  });

  it('are none where it checks out only itself, or uses what is no checkout', () => {
    const own = checkout({ repository: '${{ github.repository }}', ref: '${{ github.sha }}' });
    const other = { uses: 'other/thing@v1', with: { repository: 'a/b' } };
    expect(
      withSteps({ uses: 'actions/checkout@v4' }, own, other, { run: 'scripts/deploy.sh' }),
    ).toMatchObject({
      engines: [],
      isOpaque: null,
    });
  });

  it('are faulty where the version of any of them is worked out by a run', () => {
    const steps = [
      checkout({ repository: 'a/b' }),
      checkout({ repository: 'a/c', ref: '${{ inputs.ref }}' }),
    ];
    const text = JSON.stringify({ jobs: { one: { steps } } });
    expect(parseWorkflowFile(text, sha).kind).toBe('faulty');
  });
});

describe('a workflow that nobody can see through', () => {
  it.each([
    'org/repo/.github/workflows/x.yml@main',
    './.github/workflows/x.yml',
    `o/r/.github/workflows/x.yml@${sha}`,
  ])('runs another one: %s', (uses) => {
    const text = JSON.stringify({ jobs: { build: { steps: [] }, deploy: { uses } } });
    expect(parse(text).isOpaque).toBe(`runs another workflow: ${uses}`);
  });

  it('checks out what an expression names', () => {
    const steps = [checkout({ repository: 'a/b' }), checkout({ repository: '${{ vars.ENGINE }}' })];
    expect(withSteps(...steps)).toMatchObject({
      isOpaque: 'checks out a repository by an expression',
      engines: [{ repo: 'a/b' }],
    });
  });
});

describe('code that is not of the wanted version', () => {
  it.each(['main', '${{ vars.SCRIPTS }}', '${{ inputs.ref }}', '${{ github.event.inputs.ref }}', ['a']])(
    'is its own repository at %j',
    (ref) => {
      const said = 'checks out its own repository at another version';
      expect(withSteps(checkout({ ref })).isOpaque).toBe(said);
      expect(withSteps(checkout({ repository: '${{ github.repository }}', ref })).isOpaque).toBe(said);
    },
  );

  it.each(['', '${{ github.sha }}', '${{github.ref}}', '${{ github.ref_name }}', null])(
    'is not its own repository at %j',
    (ref) => {
      expect(withSteps(checkout({ ref })).isOpaque).toBeNull();
    },
  );

  it.each([
    ['git clone https://example.org/engine.git', 'git'],
    ['set -e\n  git -C engine reset --hard origin/main', 'git'],
    ['cd x && git pull', 'git'],
    ['git submodule update --remote', 'git'],
    ['gh repo clone a/b', 'gh'],
    ['pip install "engine @ git+https://example.org/engine@main"', 'pip or npm from git'],
    ['curl -s https://example.org/x.sh | bash', 'a script read by a shell'],
    ['curl -s https://example.org/x.sh | sudo bash -', 'a script read by a shell'],
    ['bash <(curl -s https://example.org/x.sh)', 'a script read by a shell'],
  ])('comes by %j', (run, by) => {
    expect(withSteps({ run: 'echo go' }, { run }).isOpaque).toBe(`fetches code while it runs (${by})`);
  });

  it.each([
    'git tag -a "$TAG" -m "deployed"\ngit push origin "$TAG"',
    'git describe --tags',
    'git fetch --tags',
    'git commit -m "merge of x"',
    'python -c "print(1)"',
    "python - <<'EOF'",
    '# git clone somewhere',
    'bash scripts/deploy.sh',
    'sh -c "echo done"',
    'pip install -r requirements.txt',
    'curl -s -X POST "$HOOK"',
  ])('does not come by %j', (run) => {
    expect(withSteps({ run }).isOpaque).toBeNull();
  });
});

describe('an image', () => {
  const withJob = (job: object) =>
    parse(JSON.stringify({ on: 'push', jobs: { one: { ...job, steps: [] } } }));

  it('of a job or beside it may change, unless its digest is named', () => {
    const held = `ghcr.io/acme/tools@sha256:${'0'.repeat(64)}`;
    expect(withJob({ container: 'python:3.12' }).unpinned).toEqual(['docker://python:3.12']);
    expect(
      withJob({ container: { image: held }, services: { db: { image: 'postgres:16' } } }).unpinned,
    ).toEqual(['docker://postgres:16']);
  });
});

describe('an action', () => {
  it.each([
    'actions/setup-python@v5',
    'github/codeql-action/init@v3',
    './.github/actions/deploy',
    `slackapi/slack-github-action@${sha}`,
    `docker://alpine@sha256:${'0'.repeat(64)}`,
  ])('%s is held', (uses) => {
    expect(withSteps({ uses }).unpinned).toEqual([]);
  });

  it.each([
    'slackapi/slack-github-action@v1',
    'acme/deploy@main',
    'acme/deploy/sub@v1.2.3',
    'acme/deploy',
    `acme/deploy@${sha.slice(0, 12)}`,
    `acme/deploy@${sha}0`,
    'actions-of/others@v1',
    'docker://alpine:3',
  ])('%s may change', (uses) => {
    expect(withSteps({ uses }, { uses }).unpinned).toEqual([uses]);
  });
});

describe('variables', () => {
  it.each([
    ['${{ toJSON(vars) }}', true],
    ['${{ tojson( VARS ) }}', true],
    ['${{ vars[matrix.name] }}', true],
    ["${{ vars[format('{0}_URL', inputs.environment)] }}", true],
    ["${{ '}}' != vars[inputs.x] }}", true],
    ['${{ vars.A }} vars', false],
    ["${{ vars['A'] }} and ${{ steps.vars.outputs.x }}", false],
    ["${{ 'all vars' }}", false],
    ['set vars', false],
  ])('%j reads them all: %s', (run, readsAllVariables) => {
    expect(withSteps({ id: 'vars', run })).toMatchObject({ readsAllVariables });
  });

  it('may be read by a condition without brackets', () => {
    expect(withSteps({ if: "contains(toJSON(vars), 'x')" }).readsAllVariables).toBe(true);
    expect(withSteps({ if: "vars.A == 'vars'" })).toMatchObject({
      readsAllVariables: false,
      variables: ['A'],
    });
  });

  it('are found however the file writes them', () => {
    const text = 'on: push\njobs: { one: { env: { A: "${{ v\\x61rs.HIDDEN }}" } } }';
    expect(parse(text).variables).toEqual(['HIDDEN']);
  });
});

describe('whether it merges', () => {
  it.each<[string, boolean | null]>([
    ['python engine/scripts/deploy.py --project "$PROJECT" --package out.zip', true],
    ['python3 -u deploy.py \\\n  --project ${{ vars.A || env.B }} \\\n  --poll-timeout 600', true],
    ['set -e\n./deploy.py --validate-only && ./deploy.py --project X | tee log', true],
    ['NAME=x python deploy.py --no-merge-commits', true],
    ['python deploy.py --no-merge', false],
    ["deploy.py '--no-merge'", false],
    ['FLAGS=--no-merge\npython deploy.py $FLAGS', false],
    ['publish.sh', null],
    ['python publish.py --merge', null],
    ['', null],
    ['# python deploy.py', null],
    ['echo deploy.py', null],
    ['python my-deploy.py', null],
    ['bash -c "python deploy.py"', null],
    ['python deploy.py $FLAGS', null],
    ['python deploy.py "${FLAGS[@]}"', null],
    ["python deploy.py ${{ inputs.x && '--validate-only' || '' }}", null],
    ['python deploy.py --project "a;b" $FLAGS', null],
    ['python deploy.py --project $(cat x | head -1) $FLAGS', null],
    ['python deploy.py --project a\nbash -c "python deploy.py $X"', null],
  ])('%j: %s', (run, doesMerge) => {
    expect(withSteps({ run }).doesMerge).toBe(doesMerge);
  });

  it('is asked of the whole file, wherever the option stands', () => {
    const text = (env: string) =>
      `on: push\nenv: { FLAGS: ${env} }\njobs: { one: { steps: [{ run: deploy.py --project x }] } }`;
    expect([parse(text('--no-merge')).doesMerge, parse(text('none')).doesMerge]).toEqual([false, true]);
  });

  it('is found behind anchors', () => {
    const text = 'on: push\njobs:\n  one: &job\n    steps: [{ run: publish --no-merge }]\n  two: *job\n';
    expect(parse(text).doesMerge).toBe(false);
  });
});
