/**
 * The points of one account's minute, shared by all processes that ask GitHub in its name: they take them in blocks, from a ledger that
 * all of them read. Pure; where the ledger is kept is for whoever gives it.
 */

export interface PointBlock {
  readonly id: string;
  readonly points: number;
  /** The last moment, in ms, when a point of it was spent or may yet be. */
  readonly lastAt: number;
}

export interface PointLedger {
  readonly blocks: readonly PointBlock[];
  /** GitHub told one of the processes to wait until then, in ms; 0: it did not. */
  readonly blockedUntil: number;
}

export interface Changed<T> {
  /** The same object where nothing is to be written. */
  readonly ledger: PointLedger;
  readonly answer: T;
}

export interface PointLedgers {
  /** One change of an account's ledger after the other, over all processes. `change` is run again where another process was faster. */
  readonly change: <T>(account: string, change: (ledger: PointLedger) => Changed<T>) => Promise<T>;
}

export interface Wish {
  readonly id: string;
  readonly now: number;
  /** Fewer are of no use. */
  readonly least: number;
  readonly most: number;
  readonly perMinute: number;
  /** What became of the asker's last block. */
  readonly settled: PointBlock | null;
}

export type Grant =
  | { readonly kind: 'block'; readonly block: PointBlock }
  | { readonly kind: 'later'; readonly at: number };

export const emptyLedger: PointLedger = { blocks: [], blockedUntil: 0 };

const windowMs = 60_000;
/** What is not spent of a block by then is given up. */
const lapseMs = 5_000;

export const countPoints = (blocks: readonly PointBlock[], now: number): number =>
  blocks.reduce((sum, block) => sum + (block.lastAt > now - windowMs ? block.points : 0), 0);

/** When so many points will have left the minute. */
const findFree = (blocks: readonly PointBlock[], points: number, now: number): number => {
  let freed = 0;
  let freeAt = now + windowMs;
  for (const block of blocks.toSorted((a, b) => a.lastAt - b.lastAt)) {
    if (freed >= points) break;
    freed += block.points;
    freeAt = block.lastAt + windowMs;
  }
  return freeAt;
};

export const grantBlock = (ledger: PointLedger, wish: Wish): Changed<Grant> => {
  const { id, now, least, most, perMinute, settled } = wish;
  if (ledger.blockedUntil > now) return { ledger, answer: { kind: 'later', at: ledger.blockedUntil } };
  const blocks = ledger.blocks
    .map((block) => (block.id === settled?.id ? settled : block))
    .filter(({ points, lastAt }) => points > 0 && lastAt > now - windowMs);
  const free = perMinute - countPoints(blocks, now);
  if (free < least) {
    const isSame = settled === null && blocks.length === ledger.blocks.length;
    const at = findFree(blocks, least - free, now);
    return { ledger: isSame ? ledger : { ...ledger, blocks }, answer: { kind: 'later', at } };
  }
  const block = { id, points: Math.min(free, Math.max(least, most)), lastAt: now + lapseMs };
  return { ledger: { ...ledger, blocks: [...blocks, block] }, answer: { kind: 'block', block } };
};

export const blockUntil = (ledger: PointLedger, until: number): Changed<undefined> => ({
  ledger: until > ledger.blockedUntil ? { ...ledger, blockedUntil: until } : ledger,
  answer: undefined,
});

/** For a process that is alone. */
export const createOwnLedgers = (): PointLedgers => {
  const ledgers = new Map<string, PointLedger>();
  return {
    change: async (account, change) => {
      const { ledger, answer } = change(ledgers.get(account) ?? emptyLedger);
      ledgers.set(account, ledger);
      return answer;
    },
  };
};
