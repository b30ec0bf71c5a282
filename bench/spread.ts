/** Figures out of many samples: quantiles, medians, and how far rounds lie apart. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Nearest rank; 0 of no samples. */
export const quantile = (samples: readonly number[], part: number): number => {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
};

export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

export const toSpread = (samples: readonly number[]): Spread => ({
  median: median(samples),
  least: quantile(samples, 0),
  most: quantile(samples, 1),
});

/** Round by round, as each pair was measured in the same moment. */
export const toRatios = (ours: readonly number[], others: readonly number[]): Spread =>
  toSpread(ours.map((value, round) => value / (others[round] ?? Number.NaN)));

/** A B C, then B C A, …: nobody is always first. */
export const rotate = <T>(list: readonly T[], by: number): readonly T[] => {
  const start = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
};
