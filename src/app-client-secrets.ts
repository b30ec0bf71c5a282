/**
 * Makes the clients' passwords known to redaction before anybody uses them: whoever takes texts in must know what to take out, also
 * a bot that never signs in anywhere. Read at the start and in rounds from then on, for what the registry or a file says anew.
 */
import type { ReferenceReader } from './config/resolve-reference.ts';
import { startLoop } from './jobs/loop.ts';
import { everything } from './operations/scope.ts';
import { within } from './runtime/bounded.ts';
import type { Database } from './store/database.ts';
import { readTargets } from './store/target-store.ts';

export interface ClientSecretsParts {
  readonly database: Database;
  readonly references: ReferenceReader;
  readonly remember: (secret: string) => void;
  readonly log: (line: string, detail: object) => void;
  readonly everyMs?: number;
  readonly againMs?: number;
}

const roundMs = 15_000;
/** A rotation, unless the process uses the new one before. A thousand references take 0.2 s of a processor, so not in every round. */
const rotationMs = 120_000;
/** What stands on a disk that does not answer must hold up neither the others nor the start. */
const referenceMs = 1_000;
const startMs = 5_000;

/** Comes back after the first round. What cannot be read is left out: its use says so, and so does `doctor`. */
export const watchClientSecrets = async (
  parts: ClientSecretsParts,
): Promise<{ readonly stop: () => Promise<void> }> => {
  const { database, references, remember, log, everyMs = roundMs, againMs = rotationMs } = parts;
  const readAt = new Map<string, number>();
  const underWay = new Set<string>();
  const stopping = new AbortController();

  const readOne = async (reference: string): Promise<string | null> => {
    // One that hangs is asked once, not in every round.
    if (underWay.has(reference) || performance.now() < (readAt.get(reference) ?? -againMs) + againMs)
      return null;
    underWay.add(reference);
    const reading = references.read(reference).finally(() => underWay.delete(reference));
    const read = await within(reading, referenceMs, () => null);
    if (read?.kind !== 'read') return null;
    readAt.set(reference, performance.now());
    return read.value;
  };

  let noteFirst = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    noteFirst = resolve;
  });
  const round = async (): Promise<boolean> => {
    try {
      const found: string[] = [];
      for (const reference of await readPasswordReferences(database)) {
        if (stopping.signal.aborted) break;
        const value = await readOne(reference);
        if (value !== null) found.push(value);
      }
      // Together, so that redaction prepares itself once.
      for (const value of found) remember(value);
    } finally {
      noteFirst();
    }
    return false;
  };
  const loop = startLoop('client secrets', everyMs, round, log);
  await within(first, startMs, () => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await loop.stop();
    },
  };
};

const readPasswordReferences = async ({ db }: Database): Promise<ReadonlySet<string>> => {
  const targets = await readTargets(db, everything);
  const references = targets
    .filter(({ status }) => status !== 'archived')
    .flatMap(({ environments }) => environments.map(({ passwordRef }) => passwordRef));
  return new Set(references.filter((reference) => reference !== null));
};
