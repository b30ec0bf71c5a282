/** Pure planning around a deploy: what was asked for, which client's environment it is, and the report at its begin and its end. */
import { z } from 'zod';
import type { Operation } from '../../operations/operation.ts';
import type { Environment, Target } from '../../operations/target.ts';
import { type Gate, gateNames } from '../../policy/deploy/facts.ts';
import { type GateSummary, summarizeGates } from '../../policy/deploy/gates.ts';
import type { PastClient } from '../../policy/deploy/past-deploys.ts';
import { DeployReport } from '../../policy/deploy/report.ts';

export const environmentNames = ['production', 'staging'] as const;

export const DeployInput = z.strictObject({
  client: z.string().trim().toLowerCase().min(1).max(40, 'is too long for a client'),
  env: z.enum(environmentNames, `must be ${environmentNames.join(' or ')}`).default('production'),
  ref: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(200, 'is too long for a branch, tag or commit')
    .regex(/^[^\s-][^\s]*$/u, 'is no name of a branch, tag or commit')
    .optional(),
  dryRun: z.boolean().default(false),
});
export type DeployInput = z.infer<typeof DeployInput>;

/** As it was asked, from what was written down. */
export const readAsked = ({ input }: Operation): DeployInput => DeployInput.parse(input);

/** The one client that the door let the asker name. */
export const findTargetId = ({ scope }: Operation): string | null =>
  scope.kind === 'only' ? (scope.targetIds[0] ?? null) : null;

export const findEnvironment = (target: Target, name: Environment['name']): Environment | undefined =>
  target.environments.find((environment) => environment.name === name);

/** What is deployed where nothing else is asked for. */
const toRef = (input: DeployInput, target: Target): string =>
  input.ref ??
  findEnvironment(target, input.env)?.branch ??
  (input.env === 'production' ? target.branch : 'staging');

/** Where its deploys come from, as its past is read. */
export const toDeployClient = (target: Target): PastClient => ({
  deployWorkflow: target.deployWorkflow,
  productionBranch: findEnvironment(target, 'production')?.branch ?? target.branch,
  stagingBranch: findStagingBranch(target),
});

/** Null where there is no staging. */
const findStagingBranch = (target: Target): string | null => {
  const staging = findEnvironment(target, 'staging');
  return staging === undefined ? null : (staging.branch ?? 'staging');
};

export const startReport = (operation: Operation, target: Target): DeployReport => {
  const input = readAsked(operation);
  return {
    schema: 'acuops.deploy/1',
    client: { targetId: target.id, key: target.key, name: target.name, zone: target.zone },
    environment: input.env,
    ref: toRef(input, target),
    isDryRun: input.dryRun,
    state: 'looking',
    startedAt: operation.createdAt,
    gatheredAt: null,
    commit: null,
    live: null,
    change: null,
    gates: [],
    planned: null,
    missing: [],
    past: [],
    neighbours: 0,
    approval: null,
  };
};

/** Where the facts did not come together in time: nothing was judged, so nothing may be deployed. */
export const endLate = (report: DeployReport, now: Date): DeployReport => ({
  ...report,
  state: 'blocked',
  gatheredAt: now,
  planned: null,
  missing: ['the facts: no answer in time'],
  gates: gateNames.map(
    (name): Gate => ({
      name,
      verdict: 'unknown',
      cause: 'timed-out',
      say: 'not judged, no answer in time',
      moment: null,
      next: 'ask again',
      url: null,
      observedAt: now,
    }),
  ),
});

/** @throws where it is none: only of what this version wrote */
export const decodeReport = (stored: unknown): DeployReport =>
  z.decode(DeployReport, stored as z.input<typeof DeployReport>);

/** What is stored of an operation of ours; null before the first step. */
export const readReport = ({ result }: Operation): DeployReport | null => {
  const read = z.safeDecode(DeployReport, result as z.input<typeof DeployReport>);
  return read.success ? read.data : null;
};

export const summarize = ({ gates }: Pick<DeployReport, 'gates'>): GateSummary => summarizeGates(gates);

/** 0 ready or approved, 1 where something fails or somebody said no, 4 where it is only not known. */
export const toExit = (report: DeployReport): 0 | 1 | 4 => {
  if (report.state === 'ready' || report.state === 'approved') return 0;
  if (report.state !== 'blocked') return 1;
  return report.gates.some(({ verdict }) => verdict === 'fail') ? 1 : 4;
};

/**
 * What somebody who agreed to the one has not seen in the other: another plan, or a warning that was not there. `diff` says what of
 * the plan changed.
 */
export const findChanges = (
  before: DeployReport,
  after: DeployReport,
  diff: (before: Planned, after: Planned) => readonly string[],
): readonly string[] => {
  // What counts on, such as minutes, is the same warning; a name that was not there is another one.
  const toKey = ({ name, cause, say, url }: Warning) =>
    `${name} ${cause} ${say.replaceAll(/\d+/gu, '#')} ${url ?? ''}`;
  const known = new Set(summarize(before).warnings.map(toKey));
  const warned = summarize(after).warnings.filter((warning) => !known.has(toKey(warning)));
  const { planned } = after;
  const changed = before.planned && planned ? diff(before.planned, planned) : [];
  const more = after.neighbours - before.neighbours;
  return [
    ...changed,
    ...warned.map(({ say }) => `new warning: ${say}`),
    ...(more > 0 ? ['the site restarts for more clients'] : []),
  ];
};

type Warning = GateSummary['warnings'][number];
type Planned = NonNullable<DeployReport['planned']>;
