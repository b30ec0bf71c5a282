/** The deploy workflow that every client's repository holds, and the edit that Bayline made to it. It names what the desk looks for: inputs, jobs, the engine's version and the variables. */

/** Below the owner of the clients' repositories. */
export const engineRepository = 'acuops-pipeline';

/** The client's own files, and the engine's in a folder beside them. */
const toSteps = (lines: readonly string[]): string =>
  [
    '      - uses: actions/checkout@v5',
    '      - uses: actions/checkout@v5',
    '        with:',
    `          repository: acuops-demo/${engineRepository}`,
    "          ref: ${{ vars.ACUOPS_PIPELINE_VERSION || 'main' }}",
    '          path: engine',
    ...lines.map((line) => `      - run: ${line}`),
  ].join('\n');

/** A checkout cleans the folder, so the package comes after it. */
const toPackagedSteps = (lines: readonly string[]): string =>
  [
    toSteps([]),
    '      - uses: actions/download-artifact@v5',
    '        with: { name: customization-package }',
    ...lines.map((line) => `      - run: ${line}`),
  ].join('\n');

const head = `name: AcuOps Deploy
run-name: Deploy \${{ inputs.environment || github.ref_name }}\${{ inputs.dry_run && ' (dry run)' || '' }}

on:
  push:
    branches: [main, staging]
    paths: ['Customization/**']
  pull_request:
    paths: ['Customization/**']
  repository_dispatch:
    types: [scheduled-deploy]
  workflow_dispatch:
    inputs:
      environment:
        description: Where to deploy
        type: choice
        options: [staging, production]
        required: true
`;

const flags: readonly (readonly [name: string, description: string])[] = [
  ['dry_run', 'Compile only, publish nothing'],
  ['skip_backup', 'Deploy without a snapshot'],
  ['skip_countdown', 'Do not warn the users'],
  ['force_qualify', 'Go on although the qualify gate says halt'],
  ['countdown_complete', 'The users were warned already'],
];

const toFlag = ([name, description]: readonly [string, string]): string =>
  `      ${name}:\n        description: ${description}\n        type: boolean\n        default: false\n`;

const foot = `
concurrency:
  group: acumatica-deploy-\${{ github.ref }}
  cancel-in-progress: true

env:
  PROJECT: \${{ vars.CUSTOMIZATION_PROJECT_NAME }}
  ALSO_PUBLISH: \${{ vars.ALSO_PUBLISH_PROJECTS }}

jobs:
  build:
    runs-on: ubuntu-latest
    steps:
${toSteps([
  'python engine/scripts/validate-project.py --strict Customization/$PROJECT',
  'python engine/scripts/build-package.py --project $PROJECT --output package.zip',
])}
      - uses: actions/upload-artifact@v5
        with: { name: customization-package, path: package.zip }

  qualify:
    needs: build
    runs-on: ubuntu-latest
    timeout-minutes: 5
    outputs:
      decision: \${{ steps.gate.outputs.decision }}
    steps:
${toSteps([])}
      - id: gate
        run: python engine/scripts/qualify.py
        env:
          FORCE: \${{ inputs.force_qualify }}

  test-tenant-gate:
    needs: qualify
    if: vars.ACUMATICA_TEST_TENANT != ''
    runs-on: ubuntu-latest
    timeout-minutes: 20
    env:
      ACUMATICA_TENANT: \${{ vars.ACUMATICA_TEST_TENANT }}
    steps:
${toPackagedSteps(['python engine/scripts/deploy.py --project $PROJECT --package package.zip'])}

  deploy:
    needs: [qualify, test-tenant-gate]
    if: github.event_name != 'pull_request' && !failure() && needs.qualify.outputs.decision == 'proceed'
    runs-on: ubuntu-latest
    environment: \${{ inputs.environment || (github.ref_name == 'staging' && 'staging' || 'production') }}
    steps:
${toPackagedSteps([
  'python engine/scripts/snapshot.py --project $PROJECT --also-snapshot "$ALSO_PUBLISH" --output snapshot',
  'python engine/scripts/notify.py --type countdown --minutes 20 --project $PROJECT',
  'python engine/scripts/deploy.py --project $PROJECT --package package.zip --also-publish "$ALSO_PUBLISH"',
])}
    env:
      DRY_RUN: \${{ inputs.dry_run }}
      SKIP_BACKUP: \${{ inputs.skip_backup }}
      SKIP_COUNTDOWN: \${{ inputs.skip_countdown || inputs.countdown_complete }}

  validate:
    needs: build
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    steps:
${toPackagedSteps(['python engine/scripts/deploy.py --project $PROJECT --package package.zip --validate-only'])}

  post-deploy-validation:
    needs: deploy
    runs-on: ubuntu-latest
    steps:
${toSteps(['python engine/scripts/verify.py --manifest publish-manifest.json --json-output verify-result.json'])}
`;

export const deployWorkflow = `${head}${flags.map(toFlag).join('')}${foot}`;

/** The test tenant gets more time. */
export const patientWorkflow = deployWorkflow.replace('timeout-minutes: 20', 'timeout-minutes: 35');

export const ciWorkflow = `name: CI
on: [push, pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
${toSteps(['shellcheck engine/scripts/*.sh', 'ruff check tests'])}
  test:
    runs-on: ubuntu-latest
    steps:
${toSteps(['python -m pytest tests'])}
`;
