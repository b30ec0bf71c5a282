import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkflowFileFact } from '../../../src/policy/deploy/facts.ts';
import { parseWorkflowFile } from '../../../src/policy/deploy/workflow-file.ts';

const blobSha = 'b'.repeat(40);

const real = `name: Deploy
on:
  push:
    branches: [main, staging]
    paths: ['Customization/**']
  workflow_dispatch:
    inputs:
      environment: { type: environment, required: true }
      target:
        type: choice
        required: true
        default: staging
        options: [staging, production, 2]
      dry_run: { type: boolean, default: false }
      note:
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/checkout@v4
        with:
          repository: studio-b-ai/acuops-pipeline
          ref: \${{ vars.ACUOPS_PIPELINE_VERSION || 'main' }}
          path: engine
      - id: vars
        run: echo "sha=\${{ steps.vars.outputs.sha }} \${{ vars.CUSTOMIZATION_PROJECT_NAME }}"
  deploy:
    if: vars['ALSO_PUBLISH_PROJECTS'] != '' && vars.customization_project_name != ''
    steps:
      - run: python engine/publish.py --merge
`;

const parse = (text: string): WorkflowFileFact => {
  const parsed = parseWorkflowFile(text, blobSha);
  if (parsed.kind === 'faulty') throw new Error(parsed.say);
  return parsed.workflow;
};

const withEngine = (fields: string): string =>
  `on: push\njobs:\n  one:\n    steps:\n      - uses: actions/checkout@v4\n        with: { repository: a/engine${fields} }\n`;

describe('a deploy workflow', () => {
  it('tells its inputs, variables, engine and way of publishing', () => {
    expect(parse(real)).toEqual({
      blobSha,
      isDispatchable: true,
      inputs: [
        { name: 'environment', isRequired: true, hasDefault: false, options: null },
        { name: 'target', isRequired: true, hasDefault: true, options: ['staging', 'production', '2'] },
        { name: 'dry_run', isRequired: false, hasDefault: true, options: null },
        { name: 'note', isRequired: false, hasDefault: false, options: null },
      ],
      variables: ['ACUOPS_PIPELINE_VERSION', 'ALSO_PUBLISH_PROJECTS', 'CUSTOMIZATION_PROJECT_NAME'],
      readsAllVariables: false,
      engines: [
        {
          repo: 'studio-b-ai/acuops-pipeline',
          ref: { kind: 'variable', name: 'ACUOPS_PIPELINE_VERSION', fallback: 'main' },
        },
      ],
      unpinned: [],
      isOpaque: null,
      doesMerge: null,
    });
  });

  it.each([
    ['on: workflow_dispatch', true],
    ['on: [push, workflow_dispatch]', true],
    ['on:\n  workflow_dispatch:', true],
    ['"on": { workflow_dispatch: { } }', true],
    ['%YAML 1.1\n---\non: { workflow_dispatch: { } }', true],
    ['on: push', false],
    ['on: [push]', false],
    ['on: { push: { branches: [workflow_dispatch] } }', false],
    ['name: none', false],
  ])('%j can be dispatched: %s', (text, isDispatchable) => {
    expect(parse(text)).toMatchObject({ isDispatchable, inputs: [] });
  });

  it.each([
    ['', { kind: 'fixed', ref: 'HEAD' }],
    [', ref: v1.2.0', { kind: 'fixed', ref: 'v1.2.0' }],
    [', ref: 3', { kind: 'fixed', ref: '3' }],
    [", ref: '${{vars.V}}'", { kind: 'variable', name: 'V', fallback: null }],
    [`, ref: "\${{ vars['v'] || 'main' }}"`, { kind: 'variable', name: 'V', fallback: 'main' }],
    [`, ref: "\${{ vars.V || '' }}"`, { kind: 'variable', name: 'V', fallback: null }],
  ])('checks its engine out with %j', (fields, ref) => {
    expect(parse(withEngine(fields)).engines).toEqual([{ repo: 'a/engine', ref }]);
  });

  it.each([
    ", ref: '${{ inputs.version }}'",
    ", ref: 'v${{ vars.V }}'",
    ", ref: '${{ vars.V || vars.W }}'",
    ', ref: [main]',
  ])('is faulty where its engine is checked out with %j', (fields) => {
    expect(parseWorkflowFile(withEngine(fields), blobSha)).toEqual({
      kind: 'faulty',
      say: "the engine's version is neither a plain name nor a variable with a plain fallback",
    });
  });
});

describe('hostile text', () => {
  const bomb = [
    'a: &a [x, x]',
    ...Array.from(
      { length: 30 },
      (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]`,
    ),
  ].join('\n');

  it.each([
    ['no YAML', 'on: push\njobs: [', 'the workflow file is no YAML (line 2)'],
    ['two documents', 'on: push\n---\non: push\n', 'the workflow file is no YAML (line 2)'],
    ['nothing', '', 'the workflow file holds no fields'],
    ['a list', '- on', 'the workflow file holds no fields'],
    ['a long text', `a: ${'x'.repeat(500_000)}`, 'the workflow file is too large'],
    ['many parts', '- x\n'.repeat(40_000), 'the workflow file is too large'],
    [
      'aliases of aliases',
      bomb,
      'the workflow file cannot be read; it is nested too deep or repeats itself too often',
    ],
  ])('%s is one fault', (_name, text, say) => {
    expect(parseWorkflowFile(text, blobSha)).toEqual({ kind: 'faulty', say });
  });

  it('nested deep is one fault', () => {
    expect(parseWorkflowFile('['.repeat(30_000), blobSha).kind).toBe('faulty');
  });

  it('is not taken for fields that every object has', () => {
    expect(parse('__proto__: { on: workflow_dispatch }\nname: x')).toMatchObject({ isDispatchable: false });
    expect(parse('on: { constructor: x }')).toMatchObject({ isDispatchable: false });
  });

  const pieces = fc.constantFrom(
    'on:',
    ' workflow_dispatch:',
    ' inputs:',
    '\n',
    '  ',
    '- ',
    'jobs: ',
    'steps: ',
    '{',
    '}',
    '[',
    ']',
    'uses: actions/checkout@v4',
    'with: ',
    'repository: a/b',
    "ref: '${{ vars.X || 'y' }}'",
    '&a ',
    '*a',
    '<<: ',
    'run: deploy.py --no-merge',
    '${{ toJSON(vars) }}',
    '!!binary x',
    'null',
    'vars.A',
    "vars['B']",
    ': ',
    '? ',
    '|\n',
    '%YAML 1.1',
    '---',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 40 }).map((parts) => parts.join('')),
    fc
      .tuple(fc.nat(real.length), fc.string({ unit: 'binary', maxLength: 8 }))
      .map(([at, text]) => real.slice(0, at) + text + real.slice(at)),
  );

  it('never throws, and what is parsed is in order', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseWorkflowFile(text, blobSha);
        if (parsed.kind === 'faulty') return parsed.say.length > 0;
        const { variables, isDispatchable, inputs } = parsed.workflow;
        expect(variables).toEqual([...new Set(variables)].toSorted());
        return isDispatchable || inputs.length === 0;
      }),
      { numRuns: 1_000 },
    );
  });
});
