/** After a card was posted a second time the first copy may still turn up: looks once more when that is settled and removes it. Kept in this process only. */
import type { CardTransport } from './card.ts';
import type { CardPlace } from './ports.ts';

export interface Twin {
  readonly cardId: string;
  readonly place: CardPlace;
  readonly keep: { readonly channel: string; readonly ts: string };
  readonly since: Date;
  /** When to look. */
  readonly at: Date;
}

export interface TwinWatch {
  readonly watch: (twin: Twin) => void;
  /** Looks for those whose time has come: one promise for each, which never rejects. */
  readonly check: () => readonly Promise<void>[];
}

export interface TwinWatchParts {
  readonly transport: CardTransport;
  readonly now: () => Date;
  readonly log: (level: 'warn' | 'error', line: string, detail: object) => void;
}

const againMs = 5_000;
const mostTries = 5;

export const createTwinWatch = (parts: TwinWatchParts): TwinWatch => {
  const watched = new Map<string, Twin & { readonly tries: number }>();

  const removeTwins = async (twin: Twin): Promise<void> => {
    const found = await parts.transport.find(twin.place, twin.cardId, twin.since);
    if (found.kind === 'unreadable') return;
    for (const message of found.messages)
      if (message.ts !== twin.keep.ts) await parts.transport.remove(message);
  };

  const checkOne = async (twin: Twin & { readonly tries: number }): Promise<void> => {
    watched.delete(twin.cardId);
    try {
      await removeTwins(twin);
    } catch (error) {
      parts.log('warn', 'a second copy of a card could not be looked for', { card: twin.cardId, error });
      if (twin.tries + 1 < mostTries)
        watched.set(twin.cardId, {
          ...twin,
          tries: twin.tries + 1,
          at: new Date(parts.now().getTime() + againMs),
        });
    }
  };

  return {
    watch: (twin) => void watched.set(twin.cardId, { ...twin, tries: 0 }),
    check: () =>
      [...watched.values()].filter((twin) => twin.at.getTime() <= parts.now().getTime()).map(checkOne),
  };
};
