/** Which code a deploy workflow runs besides its own repository's, and whether what it publishes merges, as far as the file shows it. What is not seen is told as such, never guessed. */
import type { EngineRef, WorkflowEngine, WorkflowFileFact } from './facts.ts';
import { type Fields, toFields, toList, toText } from './workflow-fields.ts';

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

interface Checkout {
  readonly repo: string;
  readonly ref: unknown;
}

const ownRepository = /^\$\{\{\s*github\s*\.\s*repository\s*\}\}$/iu;

/** What a run gets without being asked: the version that it was started for. */
const ownVersion = /^(?:\$\{\{\s*github\s*\.\s*(?:sha|ref|ref_name)\s*\}\})?$/iu;

/** An empty `repo` is the workflow's own. */
const toCheckout = (step: Fields): readonly Checkout[] => {
  if (!/^actions\/checkout(?:@|$)/iu.test(toText(step['uses']) ?? '')) return [];
  const { repository, ref } = toFields(step['with']);
  const repo = toText(repository)?.trim() ?? '';
  return [{ repo: ownRepository.test(repo) ? '' : repo, ref }];
};

const isElsewhere = ({ repo, ref }: Checkout): boolean => {
  if (repo !== '' || ref === undefined || ref === null) return false;
  const text = toText(ref);
  return text === null || !ownVersion.test(text.trim());
};

/** Code that comes from somewhere while the workflow runs, at whatever version is there then. */
const fetches: readonly (readonly [RegExp, string])[] = [
  [
    /\bgit(?:\s+-c\s+\S+|\s+-\S+)*\s+(?:clone|pull|checkout|switch|reset|merge|rebase|submodule|worktree)\b/iu,
    'git',
  ],
  [/\bgh\s+(?:repo\s+clone|release\s+download|workflow\s+run)\b/u, 'gh'],
  [/\bgit\+(?:https?|ssh|git|file):/u, 'pip or npm from git'],
  // Nothing is named that it should run: it reads what another command gives.
  [
    /^(?:\w+=\S*\s+|sudo\s+|env\s+)*(?:(?:ba|da|z)?sh|python[\d.]*|node)(?:\s+-\S*)*(?:\s+<\(.*)?$/u,
    'a script read by a shell',
  ],
];

const findFetch = (steps: readonly Fields[]): string | null => {
  for (const command of steps.flatMap((step) => listCommands(toText(step['run']) ?? ''))) {
    const found = fetches.find(([pattern]) => pattern.test(command));
    if (found) return `fetches code while it runs (${found[1]})`;
  }
  return null;
};

/** Images that a job runs in or beside, as `docker://…` like those of a step. */
const listImages = (job: Fields): readonly string[] =>
  [job['container'], ...Object.values(toFields(job['services']))].flatMap((container) => {
    const image = toText(container) ?? toText(toFields(container)['image']);
    return image === null || image.trim() === '' ? [] : [`docker://${image.trim()}`];
  });

const toUniqueEngines = (engines: readonly WorkflowEngine[]): readonly WorkflowEngine[] => [
  ...new Map(
    engines.map((engine) => [JSON.stringify([engine.repo.toLowerCase(), engine.ref]), engine]),
  ).values(),
];

/** GitHub's own, those of the repository itself, and what is held at a commit or a digest do not change unseen. */
const isHeld = (action: string): boolean =>
  /^(?:actions|github)\/|^\.\.?\//iu.test(action) ||
  (/@[\da-f]{40}$/iu.test(action) && !action.startsWith('docker://')) ||
  /@sha256:[\da-f]{64}$/iu.test(action);

/** An expression is one variable, whatever stands in it. */
const hideExpressions = (run: string): string =>
  run
    .split('${{')
    .map((part, at) => (at === 0 ? part : `$${part.slice(part.indexOf('}}') + 2)}`))
    .join('');

const listCommands = (run: string): readonly string[] =>
  hideExpressions(run)
    .replace(/\\\r?\n/gu, ' ')
    .split(/\r?\n|;|&&|\|/u)
    .map((command) => command.trim())
    .filter((command) => !command.startsWith('#'));

const starter = /^(?:python[\d.]*|py|uv|poetry|run|exec|time|if|then|do|else|!|-u|[a-z_]\w*=.*)$/iu;
const script = /^["']?(?:[^\s"']*\/)?deploy\.py["']?$/u;

/** What stands alone may be any option; what follows one is its value. */
const mayHideOptions = (words: readonly string[]): boolean =>
  words.some((word, at) => /^["']?[$@%]/u.test(word) && !/^--?[a-z]/iu.test(words[at - 1] ?? ''));

/** A command in a command, or one that ends within quotes. */
const isTangled = (command: string): boolean =>
  /`|\$\(/u.test(command) || ['"', "'"].some((quote) => command.split(quote).length % 2 === 0);

/** False where this is no call that can be seen through. */
const isMergingCall = (command: string): boolean => {
  const words = command.split(/\s+/u);
  const at = words.findIndex((word) => !starter.test(word));
  return script.test(words[at] ?? '') && !isTangled(command) && !mayHideOptions(words.slice(at + 1));
};

/** Its engine's default is to merge (contracts 1b iii), but only a call that can be seen proves that nothing else is asked for. */
const decideMerge = (steps: readonly Fields[], texts: readonly string[]): boolean | null => {
  if (texts.some((text) => /--no-merge(?![\w-])/u.test(text))) return false;
  const commands = steps.flatMap((step) => listCommands(toText(step['run']) ?? ''));
  const calls = commands.filter((command) => command.includes('deploy.py'));
  return calls.length > 0 && calls.every(isMergingCall) ? true : null;
};

export type WorkflowCode =
  | ({ readonly kind: 'seen' } & Pick<WorkflowFileFact, 'engines' | 'unpinned' | 'isOpaque' | 'doesMerge'>)
  | { readonly kind: 'faulty'; readonly say: string };

/** `texts` are all that the file holds. */
export const findWorkflowCode = (root: Fields, texts: readonly string[]): WorkflowCode => {
  const jobs = Object.values(toFields(root['jobs'])).map(toFields);
  const called = jobs.flatMap(({ uses }) => toText(uses) ?? []);
  const steps = jobs.flatMap((job) => toList(job['steps'])).map(toFields);
  const all = steps.flatMap(toCheckout);
  const checkouts = all.filter(({ repo }) => repo !== '');
  const isWorkedOut = checkouts.some(({ repo }) => repo.includes('${{'));
  const engines: WorkflowEngine[] = [];
  for (const { repo, ref: given } of checkouts.filter((checkout) => !checkout.repo.includes('${{'))) {
    const ref = toEngineRef(given);
    if (ref === null) {
      const say = "the engine's version is neither a plain name nor a variable with a plain fallback";
      return { kind: 'faulty', say };
    }
    engines.push({ repo, ref });
  }
  const [other] = called;
  const uses = [...steps.flatMap((step) => toText(step['uses'])?.trim() ?? []), ...jobs.flatMap(listImages)];
  return {
    kind: 'seen',
    engines: toUniqueEngines(engines),
    unpinned: [...new Set(uses)].filter((action) => !isHeld(action)),
    isOpaque:
      (other === undefined ? null : `runs another workflow: ${other.trim()}`) ??
      (isWorkedOut ? 'checks out a repository by an expression' : null) ??
      (all.some(isElsewhere) ? 'checks out its own repository at another version' : null) ??
      findFetch(steps),
    doesMerge: decideMerge(steps, texts),
  };
};
