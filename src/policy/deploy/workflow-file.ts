/** From the text of a workflow file to what a deploy must know of it, or to one fault. Nothing here throws. Whether the facts allow a deploy is judged elsewhere. */
import { parseClientYaml } from './client-yaml.ts';
import type { EngineRef, WorkflowFileFact, WorkflowInputFact } from './facts.ts';

export type ParsedWorkflowFile =
  | { readonly kind: 'parsed'; readonly workflow: WorkflowFileFact }
  | { readonly kind: 'faulty'; readonly say: string };

/** A long workflow has about ten thousand tokens; GitHub refuses doubled fields itself. */
const bounds = { largestBytes: 500_000, mostTokens: 100_000, refusesDoubles: false };

const faulty = (say: string): ParsedWorkflowFile => ({ kind: 'faulty', say });

type Fields = Readonly<Record<string, unknown>>;

const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};

const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** As GitHub turns a plain value into text; null for a list, a group or nothing. */
const toText = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
};

const toInput = ([name, value]: readonly [string, unknown]): WorkflowInputFact => {
  const { required, default: given, type, options } = toFields(value);
  return {
    name,
    isRequired: required === true || required === 'true',
    hasDefault: toText(given) !== null,
    options: type === 'choice' ? toList(options).flatMap((option) => toText(option) ?? []) : null,
  };
};

const toDispatch = (on: unknown): Pick<WorkflowFileFact, 'isDispatchable' | 'inputs'> => {
  const event = 'workflow_dispatch';
  if (on === event || toList(on).includes(event)) return { isDispatchable: true, inputs: [] };
  const events = toFields(on);
  if (!Object.hasOwn(events, event)) return { isDispatchable: false, inputs: [] };
  const { inputs } = toFields(events[event]);
  return { isDispatchable: true, inputs: Object.entries(toFields(inputs)).map(toInput) };
};

/** GitHub knows no upper or lower case here and lists them in upper case. `steps.vars.x` is something else. */
const toVariables = (text: string): readonly string[] => {
  const uses = text.matchAll(/(?<![\w.-])vars\s*(?:\.\s*([a-z_]\w*)|\[\s*'([a-z_]\w*)'\s*\])/giu);
  const names = [...uses].map(([, dotted, quoted]) => (dotted ?? quoted ?? '').toUpperCase());
  return [...new Set(names)].toSorted();
};

/** The action takes the default branch where it is given no version. */
const defaultRef: EngineRef = { kind: 'fixed', ref: 'HEAD' };

const wholeVariable =
  /^\$\{\{\s*vars\s*(?:\.\s*([a-z_]\w*)|\[\s*'([a-z_]\w*)'\s*\])\s*(?:\|\|\s*'([^']*)'\s*)?\}\}$/iu;

/** Null for an expression that only a run can work out. */
const toEngineRef = (value: unknown): EngineRef | null => {
  if (value === undefined || value === null || value === '') return defaultRef;
  const text = toText(value)?.trim();
  if (text === undefined) return null;
  if (!text.includes('${{')) return { kind: 'fixed', ref: text };
  const [, dotted, quoted, fallback = ''] = wholeVariable.exec(text) ?? [];
  const name = dotted ?? quoted;
  if (name === undefined) return null;
  return { kind: 'variable', name: name.toUpperCase(), fallback: fallback === '' ? null : fallback };
};

const isForeignCheckout = (step: Fields): boolean => {
  const repository = toText(toFields(step['with'])['repository']);
  const isCheckout = /^actions\/checkout(?:@|$)/iu.test(toText(step['uses']) ?? '');
  return isCheckout && repository !== null && repository.trim() !== '' && !repository.includes('${{');
};

const toWorkflow = (root: Fields, text: string, blobSha: string): ParsedWorkflowFile => {
  const jobs = Object.values(toFields(root['jobs'])).map(toFields);
  const steps = jobs.flatMap((job) => toList(job['steps'])).map(toFields);
  const checkout = toFields(steps.find(isForeignCheckout)?.['with']);
  const repo = toText(checkout['repository'])?.trim() ?? null;
  const ref = toEngineRef(checkout['ref']);
  if (repo !== null && ref === null)
    return faulty("the engine's version is neither a plain name nor a variable with a plain fallback");
  return {
    kind: 'parsed',
    workflow: {
      blobSha,
      ...toDispatch(root['on']),
      variables: toVariables(text),
      engine: repo === null || ref === null ? null : { repo, ref },
      doesMerge: !steps.some((step) => /--no-merge(?![\w-])/u.test(toText(step['run']) ?? '')),
    },
  };
};

export const parseWorkflowFile = (text: string, blobSha: string): ParsedWorkflowFile => {
  const read = parseClientYaml('the workflow file', text, bounds);
  if (read.kind === 'faulty') return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return faulty('the workflow file holds no fields');
  return toWorkflow(toFields(value), text, blobSha);
};
