/** What a bench is given and what it gives back: rows of absolute figures, ratios with their spread, and aims that are said to be met or missed, never asserted. */
import type { Ground } from './ground.ts';
import type { Spread } from './spread.ts';

/** `tiny` runs every line once and measures nothing worth reading. */
export type Size = 'full' | 'quick' | 'tiny';

export type Unit = 'ms' | 's' | 'MB' | '/s' | '%' | '×' | '';

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
}

export interface Ratio {
  /** What is divided by what. */
  readonly name: string;
  readonly spread: Spread;
}

export interface Aim {
  readonly say: string;
  readonly met: boolean;
}

export interface Row {
  readonly label: string;
  readonly measures: readonly Measure[];
  readonly ratios: readonly Ratio[];
  readonly aims: readonly Aim[];
}

export interface BenchContext {
  readonly size: Size;
  readonly ground: Ground;
  /** CPU profiles of the desk go here; null for none. */
  readonly profileFolder: string | null;
  /** Progress for whoever watches. */
  readonly say: (line: string) => void;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** What a reader must know beside the figures: what was left out and why. */
  readonly notes: readonly string[];
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly run: (context: BenchContext) => Promise<Outcome>;
}

export const atMost = (say: string, value: number, most: number): Aim => ({
  say: `${say} ≤ ${most}`,
  met: value <= most,
});

export const atLeast = (say: string, value: number, least: number): Aim => ({
  say: `${say} ≥ ${least}`,
  met: value >= least,
});

/** Rounds until there are enough, or, after the second, until the time for them is over: a slow machine measures less, not longer. */
export const runRounds = async (
  plan: { readonly rounds: number; readonly withinMs: number },
  runOne: (round: number) => Promise<void>,
): Promise<void> => {
  const since = performance.now();
  for (let round = 0; round < plan.rounds; round += 1) {
    if (round >= 2 && performance.now() - since > plan.withinMs) return;
    await runOne(round);
  }
};

/** Runs `end` of everything that was opened, last first, also where opening or measuring failed. */
export const withParts = async <T>(
  work: (keep: (end: () => Promise<unknown>) => void) => Promise<T>,
): Promise<T> => {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    return await work((end) => void ends.push(end));
  } finally {
    for (const end of ends.toReversed()) await end().catch(() => undefined);
  }
};
