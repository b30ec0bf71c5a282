/** What an effect keeps of a sign-in, so that an item that is taken over after a crash knows it without asking again. */
import type { Json } from '../operations/json.ts';
import type { PublishedFact } from '../policy/deploy/facts.ts';
import type { Fact, SignIn, UnknownReason } from '../policy/health/facts.ts';

/** Undefined: what is published was not wanted. Null: it was, and was not come to. */
export type Published = Fact<PublishedFact> | null | undefined;

export interface Kept {
  /** Null: we were stopped before the answer, so it has to be asked anew. */
  readonly signIn: SignIn | null;
  readonly published: Published;
  readonly at: Date;
}

type WrittenPublished =
  | { readonly projects: readonly string[]; readonly observedAt: string }
  | { readonly reason: UnknownReason; readonly say: string };

interface Written {
  readonly signIn: SignIn | null;
  readonly published?: WrittenPublished | null;
  readonly at: string;
}

const mostNames = 500;

/** More than may be kept is unknown from the start: a list that was cut would look like fewer projects. */
export const boundPublished = <T extends Published>(published: T): T | Fact<PublishedFact> =>
  published?.kind === 'known' && published.value.projects.length > mostNames
    ? { kind: 'unknown', reason: 'malformed', say: `more than ${mostNames} projects are published` }
    : published;

const writePublished = (published: Fact<PublishedFact> | null): WrittenPublished | null => {
  if (published === null) return null;
  return published.kind === 'known'
    ? { projects: published.value.projects, observedAt: published.observedAt.toISOString() }
    : { reason: published.reason, say: published.say };
};

const parsePublished = (written: WrittenPublished): Fact<PublishedFact> =>
  'projects' in written
    ? {
        kind: 'known',
        value: { projects: written.projects },
        observedAt: new Date(written.observedAt),
      }
    : { kind: 'unknown', ...written };

export const toKeptJson = ({ signIn, published, at }: Kept): Json =>
  ({
    signIn,
    ...(published === undefined ? {} : { published: writePublished(published) }),
    at: at.toISOString(),
  }) satisfies Written;

export const parseKept = (detail: Json): Kept => {
  // The writing of `toKeptJson`, at the confirmation.
  const { signIn, published, at } = detail as unknown as Written;
  return { signIn, published: published ? parsePublished(published) : published, at: new Date(at) };
};
