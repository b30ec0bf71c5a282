/** Files of one version, and the engines that its workflow takes its scripts from. What is there and cannot be read is unknown, never absent. */
import type { EngineFact, SourceFacts, WorkflowEngine } from '../../policy/deploy/facts.ts';
import { parseWorkflowFile } from '../../policy/deploy/workflow-file.ts';
import type { Fact } from '../../policy/health/facts.ts';
import type { Sight } from '../../policy/health/sight.ts';
import {
  type Reading,
  readCommit,
  readOne,
  toKnown,
  toUnknown,
  type Unknown,
  type Version,
} from './read-commit.ts';
import { parseRepo } from './repo-name.ts';
import { toFileWanted } from './source-questions.ts';
import { type FileText, toFileText } from './to-source-facts.ts';

const readFile = async (
  { place, sha, seen }: Version,
  path: string,
  reading: Reading,
): Promise<Fact<FileText | null>> => {
  const read = await readOne(toFileWanted(place, sha, path), reading);
  if (read.kind === 'unknown') return read;
  const content = toFileText(read.value, path);
  return content.kind === 'unknown' ? content : toKnown(content.file, [seen]);
};

export const readText = async (
  version: Version,
  path: string,
  reading: Reading,
): Promise<Fact<string | null>> => {
  const read = await readFile(version, path, reading);
  return read.kind === 'known' ? { ...read, value: read.value?.text ?? null } : read;
};

/** `file` is a name such as `acuops-deploy.yml`. */
export const readWorkflow = async (
  version: Version,
  file: string,
  reading: Reading,
): Promise<SourceFacts['workflow']> => {
  const read = await readFile(version, `.github/workflows/${file}`, reading);
  if (read.kind === 'unknown') return read;
  if (read.value === null) return { ...read, value: null };
  const parsed = parseWorkflowFile(read.value.text, read.value.blobSha);
  return parsed.kind === 'faulty' ? toUnknown('malformed', parsed.say) : { ...read, value: parsed.workflow };
};

interface ChosenRef {
  readonly kind: 'chosen';
  readonly ref: string;
  readonly sights: readonly Sight[];
}

/** Empty is not set, as in the workflow itself; without anything to stand in, its checkout takes the default branch. */
const decideRef = ({ ref }: WorkflowEngine, variables: SourceFacts['variables']): ChosenRef | Unknown => {
  if (ref.kind === 'fixed') return { kind: 'chosen', ref: ref.ref, sights: [] };
  if (variables.kind === 'unknown') return variables;
  const set = variables.value[ref.name] ?? '';
  return { kind: 'chosen', ref: set === '' ? (ref.fallback ?? 'HEAD') : set, sights: [variables] };
};

const readEngine = async (
  engine: WorkflowEngine,
  variables: SourceFacts['variables'],
  reading: Reading,
): Promise<Fact<EngineFact>> => {
  const repo = parseRepo(engine.repo);
  if (repo === null) return toUnknown('malformed', "the workflow's engine is not given as owner/name");
  const chosen = decideRef(engine, variables);
  if (chosen.kind === 'unknown') return chosen;
  const { ref, sights } = chosen;
  const commit = await readCommit({ repo, signal: reading.signal }, ref, reading);
  // Nobody should look for the fault in the client's repository.
  if (commit.kind === 'unknown') return { ...commit, say: `${engine.repo}: ${commit.say}` };
  return toKnown({ repo: engine.repo, ref, sha: commit.value.sha }, [commit, ...sights]);
};

/** All or nothing: a deploy runs all of them. */
export const readEngines = async (
  workflow: SourceFacts['workflow'],
  variables: SourceFacts['variables'],
  reading: Reading,
): Promise<SourceFacts['engines']> => {
  if (workflow.kind === 'unknown') return workflow;
  const { engines = [], isOpaque = null } = workflow.value ?? {};
  if (isOpaque !== null) return toUnknown('malformed', `the workflow ${isOpaque}`);
  const read = await Promise.all(engines.map((engine) => readEngine(engine, variables, reading)));
  const missing = read.find((one) => one.kind === 'unknown');
  if (missing !== undefined) return missing;
  const known = read.filter((one) => one.kind === 'known');
  return toKnown(
    known.map(({ value }) => value),
    [workflow, ...known],
  );
};
