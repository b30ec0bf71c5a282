/** Which known words a mistyped one may have meant. */

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : replaced;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
};

/** At most three, nearest first; the beginning of a word counts as near from three letters on. Long input is not compared at all. */
export const findNearest = (word: string, known: readonly string[]): readonly string[] => {
  const given = word.toLowerCase();
  if (given.length === 0 || given.length > 40) return [];
  return known
    .map((candidate) => ({
      candidate,
      far: candidate.startsWith(given) && given.length >= 3 ? 1 : distance(given, candidate),
    }))
    .filter(
      ({ candidate, far }) => far <= Math.max(1, Math.round(Math.min(given.length, candidate.length) / 3)),
    )
    .toSorted((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
};
