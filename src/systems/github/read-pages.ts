/** A list of several pages as one whole, or the reason why there is none: a list that lacks something is never given as complete. */
import type { Fact } from '../../policy/health/facts.ts';
import { joinSights, type Sight } from '../../policy/health/sight.ts';
import { type ReadThroughParts, readThrough, toKeys, type Wanted } from './read-through.ts';

export interface Paged<P extends { readonly total_count: number }, T> {
  /** Plural, for people: "checks". */
  readonly what: string;
  readonly mostPages: number;
  /** Pages count from 1. */
  readonly toWanted: (page: number) => Wanted<P>;
  readonly toItems: (page: P) => readonly T[];
  /** Tells an item that moved to the next page meanwhile from a new one. */
  readonly toId: (item: T) => string | number;
}

/** Of all pages that there may be, so that the cache is asked once. */
export const toPageKeys = <P extends { readonly total_count: number }, T>(
  paged: Paged<P, T>,
): readonly string[] => toKeys(Array.from({ length: paged.mostPages }, (_, at) => paged.toWanted(at + 1)));

export const readPages = async <P extends { readonly total_count: number }, T>(
  paged: Paged<P, T>,
  parts: ReadThroughParts,
): Promise<Fact<readonly T[]>> => {
  const items = new Map<string | number, T>();
  const sights: Sight[] = [];
  let total = 0;
  for (let page = 1; page <= paged.mostPages; page += 1) {
    const read = await readThrough(paged.toWanted(page), parts);
    if (read.kind === 'unknown') return read;
    sights.push(read);
    const found = paged.toItems(read.value);
    for (const item of found) items.set(paged.toId(item), item);
    total = read.value.total_count;
    if (items.size >= total) return { kind: 'known', value: [...items.values()], ...joinSights(sights) };
    if (found.length === 0) break;
  }
  return {
    kind: 'unknown',
    reason: 'malformed',
    say: `only ${items.size} of ${total} ${paged.what} could be read`,
  };
};
