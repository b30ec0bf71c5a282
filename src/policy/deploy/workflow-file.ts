/** From the text of a workflow file to what a deploy must know of it, or to one fault. Nothing here throws. Whether the facts allow a deploy is judged elsewhere. */
import { parseClientYaml } from './client-yaml.ts';
import type { WorkflowFileFact, WorkflowInputFact } from './facts.ts';
import { findWorkflowCode } from './workflow-code.ts';
import { type Fields, listTexts, toFields, toList, toText } from './workflow-fields.ts';

export type ParsedWorkflowFile =
  | { readonly kind: 'parsed'; readonly workflow: WorkflowFileFact }
  | { readonly kind: 'faulty'; readonly say: string };

/** A long workflow has about ten thousand tokens; GitHub refuses doubled fields itself. */
const bounds = { largestBytes: 500_000, mostTokens: 100_000, refusesDoubles: false };

const faulty = (say: string): ParsedWorkflowFile => ({ kind: 'faulty', say });

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

const named = /(?<![\w.-])vars\s*(?:\.\s*([a-z_]\w*)|\[\s*'([a-z_]\w*)'\s*\])/giu;

/** GitHub knows no upper or lower case here and lists them in upper case. `steps.vars.x` is something else. */
const toVariables = (texts: readonly string[]): readonly string[] => {
  const uses = texts.flatMap((text) => [...text.matchAll(named)]);
  const names = uses.map(([, dotted, quoted]) => (dotted ?? quoted ?? '').toUpperCase());
  return [...new Set(names)].toSorted();
};

/** Up to the brackets that close it; to the end of the text where an apostrophe leaves open which ones do. */
const listExpressions = (text: string): readonly string[] =>
  text
    .split('${{')
    .slice(1)
    .map((rest) => {
      const [inner = ''] = rest.split('}}', 1);
      return inner.split("'").length % 2 === 1 ? inner : rest;
    });

/** Conditions are expressions without brackets. */
const listConditions = (root: Fields): readonly string[] => {
  const jobs = Object.values(toFields(root['jobs'])).map(toFields);
  const steps = jobs.flatMap((job) => toList(job['steps'])).map(toFields);
  return [...jobs, ...steps].flatMap((one) => toText(one['if']) ?? []);
};

/** `toJSON(vars)` and `vars[matrix.name]` may mean any of them. */
const isReadingAll = (expression: string): boolean =>
  /(?<![\w.-])vars(?![\w-])/iu.test(expression.replace(named, '').replace(/'[^']*'/gu, ''));

const toWorkflow = (root: Fields, blobSha: string): ParsedWorkflowFile => {
  const texts = listTexts(root);
  const code = findWorkflowCode(root, texts);
  if (code.kind === 'faulty') return code;
  const { engines, unpinned, isOpaque, doesMerge } = code;
  return {
    kind: 'parsed',
    workflow: {
      blobSha,
      ...toDispatch(root['on']),
      variables: toVariables(texts),
      readsAllVariables: [...texts.flatMap(listExpressions), ...listConditions(root)].some(isReadingAll),
      engines,
      unpinned,
      isOpaque,
      doesMerge,
    },
  };
};

export const parseWorkflowFile = (text: string, blobSha: string): ParsedWorkflowFile => {
  const read = parseClientYaml('the workflow file', text, bounds);
  if (read.kind === 'faulty') return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return faulty('the workflow file holds no fields');
  return toWorkflow(toFields(value), blobSha);
};
