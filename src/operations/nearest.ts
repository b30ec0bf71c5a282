/** Which known words a mistyped one may have meant. */

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
};

/** At most three, nearest first; a prefix of four letters or more counts as near. Long input is not compared at all. */
export const findNearest = (word: string, known: readonly string[]): readonly string[] => {
  const given = word.toLowerCase();
  if (given.length === 0 || given.length > 40) return [];
  return known
    .map((candidate) => ({
      candidate,
      far: candidate.startsWith(given) && given.length >= 3 ? 1 : distance(given, candidate),
    }))
    .filter(
      ({ candidate, far }) => far <= Math.max(1, Math.floor(Math.min(given.length, candidate.length) / 3)),
    )
    .toSorted((a, b) => a.far - b.far || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
};
