/** What exactly a deploy will do, as one value with one digest: a decision is made on the digest, and anything that changes voids it. Whether the deploy should happen is judged by the gates. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { toCanonical } from '../../operations/audit.ts';
import { toJson } from '../../operations/json.ts';
import type { EnvironmentName, Fact } from '../health/facts.ts';
import { joinSights } from '../health/sight.ts';
import { environmentNames } from '../registry/registry-document.ts';
import { type DeployWish, planInputs } from './deploy-inputs.ts';
import type { EngineFact, ProjectSettings, SourceFacts, WorkflowFileFact } from './facts.ts';

const Name = z.string().min(1);
/** SHA-1 has 40 digits, SHA-256 has 64. */
const GitHash = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u);

export const DeployPlan = z
  .strictObject({
    schema: z.literal('acuops.deploy-plan/1'),
    client: z.strictObject({ id: Name, key: Name }).readonly(),
    environment: z.enum(environmentNames),
    instance: z.strictObject({ id: Name, url: Name, tenant: Name }).readonly(),
    repo: Name,
    ref: Name,
    sha: GitHash,
    /** The version that it replaces; null where nothing is known to be live. */
    live: GitHash.nullable(),
    workflow: z.strictObject({ file: Name, blobSha: GitHash }).readonly(),
    inputs: z.record(z.string(), z.string()).readonly(),
    /** The client's own first, then what is published with it. */
    projects: z.array(Name).min(1).readonly(),
    /** The main one first. */
    engines: z.array(z.strictObject({ repo: Name, ref: Name, sha: GitHash }).readonly()).readonly(),
    /** A keyed fingerprint of each value: that it is the same matters, what it is may be no one's business. */
    variables: z.record(Name, z.string().regex(/^[0-9a-f]{16}$/u)).readonly(),
    /** Null where the workflow file does not show it. */
    merges: z.boolean().nullable(),
  })
  .readonly();
export type DeployPlan = z.infer<typeof DeployPlan>;

export interface DeployParts {
  readonly target: {
    readonly id: string;
    readonly key: string;
    readonly repo: string;
    readonly deployWorkflow: string;
  };
  readonly environment: {
    readonly name: EnvironmentName;
    readonly instanceId: string;
    readonly url: string;
    readonly tenant: string;
  };
  readonly ref: string;
  readonly source: SourceFacts;
  /** As `acuops.yaml` was parsed; unknown where it could not be read or is faulty. */
  readonly settings: Fact<ProjectSettings>;
  readonly live: string | null;
  readonly wish: Omit<DeployWish, 'environment'>;
  /** Hex, at least 16 digits, made with a key that only this desk has and keeps: a short value could be guessed else. */
  readonly fingerprint: (...parts: readonly string[]) => string;
}

export type PlannedDeploy =
  | { readonly kind: 'planned'; readonly plan: DeployPlan; readonly digest: string }
  /** One clause for each thing that nobody could say: "the workflow file: GitHub answered 503". */
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] };

const toSha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const digestPlan = (plan: DeployPlan): string => toSha256(toCanonical(toJson(plan)));

const noProject = 'neither CUSTOMIZATION_PROJECT_NAME nor project.name in acuops.yaml names one';

type Variables = ReadonlyMap<string, string>;

/** GitHub takes `vars.name` in any case, and no blank values; a blank one is as good as none. */
const toVariables = (variables: Readonly<Record<string, string>>): Variables =>
  new Map(
    Object.entries(variables)
      .filter(([, value]) => value.trim() !== '')
      .map(([name, value]) => [name.toUpperCase(), value]),
  );

const joinProjects = (variables: Variables, settings: ProjectSettings): readonly string[] | null => {
  const project = variables.get('CUSTOMIZATION_PROJECT_NAME')?.trim() ?? settings.project;
  if (project === null) return null;
  const also = variables.get('ALSO_PUBLISH_PROJECTS')?.split(/[\s,]+/u) ?? settings.coPublish;
  return [...new Set([project, ...also.filter((name) => name !== '')])];
};

/** What a deploy publishes: the client's own project, then those that go with it. Variables override the file. */
export const planProjects = (
  variables: SourceFacts['variables'],
  settings: Fact<ProjectSettings>,
): Fact<readonly string[]> => {
  if (variables.kind === 'unknown') return variables;
  if (settings.kind === 'unknown') return settings;
  const projects = joinProjects(toVariables(variables.value), settings.value);
  return projects === null
    ? { kind: 'unknown', reason: 'not-configured', say: noProject }
    : { kind: 'known', value: projects, ...joinSights([variables, settings]) };
};

const toFingerprints = (
  { target, fingerprint }: DeployParts,
  { variables, workflow }: Pick<KnownParts, 'variables' | 'workflow'>,
): DeployPlan['variables'] => {
  const read = new Set(workflow.variables.map((name) => name.toUpperCase()));
  return Object.fromEntries(
    [...variables].flatMap(([name, value]) =>
      workflow.readsAllVariables || read.has(name)
        ? [[name, fingerprint(target.repo, name, value).slice(0, 16)]]
        : [],
    ),
  );
};

interface WorkflowPlan {
  readonly workflow: WorkflowFileFact;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Or a clause that says why there is none. */
const planWorkflow = ({ target, environment, source, wish }: DeployParts): WorkflowPlan | string => {
  if (source.workflow.kind === 'unknown') return `the workflow file: ${source.workflow.say}`;
  const { value: workflow } = source.workflow;
  if (workflow === null) return `the workflow file: this version has no ${target.deployWorkflow}`;
  const planned = planInputs(workflow, { ...wish, environment: environment.name });
  return planned.kind === 'planned' ? { workflow, inputs: planned.inputs } : planned.say;
};

interface KnownParts extends WorkflowPlan {
  readonly sha: string;
  readonly engines: readonly EngineFact[];
  readonly variables: Variables;
  readonly projects: readonly string[];
}

/** All that the plan rests on, or a clause for each part that there is not. */
const gather = (parts: DeployParts): KnownParts | readonly string[] => {
  const { source } = parts;
  const missing: string[] = [];
  const take = <T>(what: string, fact: Fact<T>): T | null => {
    if (fact.kind === 'known') return fact.value;
    missing.push(`${what}: ${fact.say}`);
    return null;
  };
  const commit = take('the version', source.commit);
  const planned = planWorkflow(parts);
  if (typeof planned === 'string') missing.push(planned);
  const engines = take('the engine', source.engines);
  const variables = take('the variables', source.variables);
  const settings = take('the settings', parts.settings);
  const projects =
    variables && settings && take('the project', planProjects(source.variables, parts.settings));
  return commit && typeof planned !== 'string' && engines && variables && projects && missing.length === 0
    ? { ...planned, sha: commit.sha, engines, variables: toVariables(variables), projects }
    : missing;
};

const isMissing = (parts: KnownParts | readonly string[]): parts is readonly string[] => Array.isArray(parts);

export const planDeploy = (parts: DeployParts): PlannedDeploy => {
  const { target, environment } = parts;
  const known = gather(parts);
  if (isMissing(known)) return { kind: 'incomplete', missing: known };
  const { workflow, engines } = known;
  const plan: DeployPlan = {
    schema: 'acuops.deploy-plan/1',
    client: { id: target.id, key: target.key },
    environment: environment.name,
    instance: { id: environment.instanceId, url: environment.url, tenant: environment.tenant },
    repo: target.repo,
    ref: parts.ref,
    sha: known.sha,
    live: parts.live,
    workflow: { file: target.deployWorkflow, blobSha: workflow.blobSha },
    inputs: known.inputs,
    projects: known.projects,
    engines: engines.map(({ repo, ref, sha }) => ({ repo, ref, sha })),
    variables: toFingerprints(parts, known),
    merges: workflow.doesMerge,
  };
  return { kind: 'planned', plan, digest: digestPlan(plan) };
};
