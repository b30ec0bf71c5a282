/** What differs between two trees, file by file, with git's blob names and line counts. Renames are shown as one file removed and one added. Pure. */
import { createHash } from 'node:crypto';

export interface FileChange {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'removed';
  /** Of the file as it is afterwards; of a removed one, as it was. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
}

/** The name that git gives a file's content. */
export const toBlobSha = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex');

const toLines = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\n$/u, '').split('\n');

/** Length of the longest run of lines, in order, that both have. */
const countShared = (before: readonly string[], after: readonly string[]): number => {
  let row = Array.from({ length: after.length + 1 }, () => 0);
  for (const line of before) {
    const next = [0];
    for (const [index, other] of after.entries()) {
      const best = line === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0);
      next.push(best);
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

const toChange = (path: string, before: string | undefined, after: string | undefined): FileChange => {
  const [old, fresh] = [toLines(before ?? ''), toLines(after ?? '')];
  const shared = countShared(old, fresh);
  return {
    path,
    status: before === undefined ? 'added' : after === undefined ? 'removed' : 'modified',
    sha: toBlobSha(after ?? before ?? ''),
    additions: fresh.length - shared,
    deletions: old.length - shared,
  };
};

/** By path, as git lists them. */
export const findChanges = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly FileChange[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => toChange(path, before.get(path), after.get(path)));
