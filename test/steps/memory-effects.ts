/** The effect door over rows in memory, which it keeps and refuses as the database does: one unsettled at a time for each subject. */
import { createEffectDoor, type EffectRecord, type EffectStore } from '../../src/operations/effect.ts';

export const createMemoryEffects = (now: () => Date) => {
  const rows = new Map<string, EffectRecord & { readonly subject: string }>();
  /** When the subject is free again; null where it is. */
  const findHeld = (subject: string, exclusiveMs = 0, own?: string): Date | null => {
    const ends = [...rows.values()]
      .filter((row) => row.subject === subject && row.id !== own)
      .filter(({ state }) => state === 'ambiguous' || state === 'intended')
      .map(({ intendedAt }) => intendedAt.getTime() + exclusiveMs)
      .filter((end) => end > now().getTime());
    return ends.length === 0 ? null : new Date(Math.max(...ends));
  };
  const store: EffectStore = {
    begin: async ({ key, kind, subject, exclusiveMs, detail }) => {
      const known = rows.get(key);
      if (known) return { kind: 'known', effect: known };
      const until = findHeld(subject, exclusiveMs);
      if (until) return { kind: 'held', until };
      const effect = {
        id: `effect-${rows.size + 1}`,
        key,
        kind,
        subject,
        state: 'intended',
        externalId: null,
        detail,
        intendedAt: now(),
        attempt: 1,
      } as const;
      rows.set(key, effect);
      return { kind: 'go', effect };
    },
    beginAgain: async ({ key, subject, exclusiveMs }, id, attempt) => {
      const until = findHeld(subject, exclusiveMs, id);
      if (until) return { kind: 'held', until };
      const row = rows.get(key);
      if (!row || row.attempt !== attempt) throw new Error(`nothing to begin again for ${key}`);
      const effect = { ...row, state: 'intended', attempt: attempt + 1, intendedAt: now() } as const;
      rows.set(key, effect);
      return { kind: 'go', effect };
    },
    settle: async (id, state, externalId, detail) => {
      for (const [key, row] of rows)
        if (row.id === id && (row.state === 'intended' || row.state === 'ambiguous'))
          // As text and back, which is all that a database keeps.
          rows.set(key, {
            ...row,
            state,
            externalId,
            detail: JSON.parse(JSON.stringify(detail ?? row.detail)),
          });
    },
  };
  return { door: createEffectDoor(store), states: () => [...rows.values()].map(({ state }) => state) };
};
