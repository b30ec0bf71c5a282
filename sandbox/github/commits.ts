/** A repository's commits as a graph: adding, finding by what GitHub takes for a ref, and comparing two. No HTTP here; how commits look in JSON is in `commit-shapes.ts`. */
import type { CheckInput, CommitInput, PullInput, StatusInput } from './types.ts';

export interface CheckRow {
  readonly name: string;
  readonly conclusion: string | null;
  readonly startedAt: number;
  /** Null while it is in progress. */
  readonly completedAt: number | null;
}

export interface StatusRow {
  readonly context: string;
  readonly state: StatusInput['state'];
  readonly at: number;
}

export interface CommitRow {
  readonly sha: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly at: number;
  readonly parents: readonly string[];
  /** Everything there is at this commit: path to text. */
  readonly tree: ReadonlyMap<string, string>;
  readonly isVerified: boolean;
  readonly pull: PullInput | null;
  /** In the order they were added. */
  readonly checks: CheckRow[];
  /** Likewise. */
  readonly statuses: StatusRow[];
}

export interface CommitGraph {
  /** Parents before their children. */
  readonly rows: Map<string, CommitRow>;
  readonly tips: Map<string, string>;
}

/** What a ref may name. A repository's row is one. */
export interface Refs {
  readonly commits: CommitGraph;
  readonly branches: ReadonlySet<string>;
  readonly tags: ReadonlyMap<string, string>;
}

export const createCommitGraph = (): CommitGraph => ({ rows: new Map(), tips: new Map() });

export const hasCommits = (refs: Refs): boolean => refs.commits.rows.size > 0;

const toTree = (
  before: ReadonlyMap<string, string>,
  files: Readonly<Record<string, string | null>> | undefined,
): ReadonlyMap<string, string> => {
  if (!files) return before;
  const tree = new Map(before);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) tree.delete(path);
    else tree.set(path, text);
  }
  return tree;
};

const toParents = (graph: CommitGraph, input: CommitInput): readonly string[] => {
  const tip = graph.tips.get(input.branch ?? 'main') ?? graph.tips.get('main');
  const parents = input.parents ?? (tip === undefined ? [] : [tip]);
  const missing = parents.find((parent) => !graph.rows.has(parent));
  if (missing !== undefined) throw new Error(`no parent commit ${missing}; add it first`);
  return parents;
};

export const addCommit = (graph: CommitGraph, input: CommitInput & { readonly sha: string }): CommitRow => {
  const { sha } = input;
  const parents = toParents(graph, input);
  if (graph.rows.has(sha)) throw new Error(`commit ${sha} was added before`);
  const first = graph.rows.get(parents[0] ?? '');
  const row: CommitRow = {
    sha,
    title: input.title,
    body: input.body ?? '',
    author: input.author,
    at: input.at.getTime(),
    parents,
    tree: toTree(first?.tree ?? new Map<string, string>(), input.files),
    isVerified: input.isVerified ?? false,
    pull: input.pull ?? null,
    checks: [],
    statuses: [],
  };
  graph.rows.set(sha, row);
  graph.tips.set(input.branch ?? 'main', sha);
  return row;
};

const checkMs = 120_000;
const untilCheckedMs = 180_000;

const requireRow = (graph: CommitGraph, sha: string): CommitRow => {
  const commit = graph.rows.get(sha);
  if (!commit) throw new Error(`no commit ${sha}; addCommit first`);
  return commit;
};

export const addStatus = (graph: CommitGraph, sha: string, { context, state, at }: StatusInput): void => {
  const commit = requireRow(graph, sha);
  commit.statuses.push({ context, state, at: at?.getTime() ?? commit.at + untilCheckedMs });
};

export const addCheck = (graph: CommitGraph, sha: string, input: CheckInput): void => {
  const commit = requireRow(graph, sha);
  const isDone = input.conclusion !== null;
  const at = input.at?.getTime() ?? commit.at + untilCheckedMs;
  commit.checks.push({
    name: input.name,
    conclusion: input.conclusion,
    startedAt: isDone ? at - checkMs : at,
    completedAt: isDone ? at : null,
  });
};

/** A branch without a commit of its own stands where `main` stands. */
export const findTip = (refs: Refs, branch: string): CommitRow | undefined => {
  const { rows, tips } = refs.commits;
  const sha = tips.get(branch) ?? (refs.branches.has(branch) ? tips.get('main') : undefined);
  return rows.get(sha ?? '');
};

/** Seven characters at least, and only one commit that begins so. */
const findBySha = (refs: Refs, sha: string): CommitRow | undefined => {
  if (!/^[0-9a-f]{7,40}$/iu.test(sha)) return undefined;
  const wanted = sha.toLowerCase();
  const found = [...refs.commits.rows.values()].filter((row) => row.sha.startsWith(wanted));
  return found.length === 1 ? found[0] : undefined;
};

/** `HEAD`, `main`, `heads/main`, a tag, `tags/v1`, a sha in full or its beginning. */
export const findCommit = (refs: Refs, ref: string): CommitRow | undefined => {
  const { rows } = refs.commits;
  const name = ref.replace(/^refs\//u, '');
  if (name === 'HEAD') return findTip(refs, 'main');
  if (name.startsWith('heads/')) return findTip(refs, name.slice('heads/'.length));
  if (name.startsWith('tags/')) return rows.get(refs.tags.get(name.slice('tags/'.length)) ?? '');
  return (
    rows.get(name) ?? findTip(refs, name) ?? rows.get(refs.tags.get(name) ?? '') ?? findBySha(refs, name)
  );
};

/** The commit and all before it. */
const findAncestors = (graph: CommitGraph, sha: string): ReadonlySet<string> => {
  const seen = new Set<string>();
  const open = [sha];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(graph.rows.get(next)?.parents ?? []));
  }
  return seen;
};

/** Newest first. */
export const listHistory = (graph: CommitGraph, from: CommitRow): readonly CommitRow[] => {
  const reached = findAncestors(graph, from.sha);
  const rows = [...graph.rows.values()].filter((row) => reached.has(row.sha));
  return rows.toSorted((a, b) => a.at - b.at).toReversed();
};

export interface Comparison {
  readonly status: 'identical' | 'ahead' | 'behind' | 'diverged';
  readonly mergeBase: CommitRow;
  /** What the head has and the base has not, oldest first. */
  readonly ahead: readonly CommitRow[];
  readonly behindCount: number;
}

const toStatus = (ahead: number, behind: number): Comparison['status'] => {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
};

/** Undefined where the two have no commit in common. */
export const compareCommits = (
  graph: CommitGraph,
  base: CommitRow,
  head: CommitRow,
): Comparison | undefined => {
  const before = findAncestors(graph, base.sha);
  const after = findAncestors(graph, head.sha);
  const rows = [...graph.rows.values()];
  const shared = rows.filter((row) => before.has(row.sha) && after.has(row.sha));
  const inner = new Set(shared.flatMap((row) => row.parents));
  // Where several are left, as after a criss-cross merge, git takes one of them: here the one added last.
  const mergeBase = shared.findLast((row) => !inner.has(row.sha));
  if (!mergeBase) return undefined;
  const ahead = rows.filter((row) => after.has(row.sha) && !before.has(row.sha));
  const behindCount = before.size - shared.length;
  return {
    status: toStatus(ahead.length, behindCount),
    mergeBase,
    ahead: ahead.toSorted((a, b) => a.at - b.at),
    behindCount,
  };
};
