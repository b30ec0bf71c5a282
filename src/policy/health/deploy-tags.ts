/** Reads what `deploy/prod/…` tags say about deploys to production. */
import type { TagFact } from './facts.ts';

export interface TagsSay {
  /** The newest deploy that stands, null if no tag tells of one. */
  readonly last: {
    readonly at: Date;
    readonly sha: string;
    readonly name: string;
    readonly isAnnotated: boolean;
  } | null;
  /**
   * Commits. An annotated tag tells its own object's sha only, which no run has; its commit would cost a call, so such a deploy is
   * known as rolled back only by a plain tag of the same stamp that is not annotated.
   */
  readonly rolledBackShas: ReadonlySet<string>;
  /** Stamps of deploys that were taken back and whose commit is not known. */
  readonly hiddenRollbacks: readonly Date[];
}

const tagPattern =
  /^(?:refs\/tags\/)?(deploy\/prod\/(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2}))(-ROLLED-BACK)?$/;

interface ParsedTag {
  readonly base: string;
  readonly at: Date;
  readonly sha: string;
  readonly rolledBack: boolean;
  readonly isAnnotated: boolean;
}

/** The stamp is UTC: the pipeline writes it on GitHub's runners. A name with no real date in it is no deploy tag. */
const parseTag = (tag: TagFact): ParsedTag | null => {
  const match = tagPattern.exec(tag.name);
  if (match === null) return null;
  const [, base = '', year, month, day, hour, minute, second, suffix] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = new Date(iso);
  // 30 February would roll over to March; comparing with the input refuses it.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== iso) return null;
  return { base, at, sha: tag.sha, rolledBack: suffix !== undefined, isAnnotated: tag.isAnnotated === true };
};

/**
 * A rolled-back deploy is undone: what ran before it runs again. So the tag *before* it stands and its age counts, the
 * rolled-back one never does, nor does a plain tag with the same stamp (the same deploy, marked twice). Where only rolled-back
 * tags exist they tell of no standing deploy; older, untagged deploys may exist, so the runs are asked, without those commits.
 */
export const decideTags = (tags: readonly TagFact[]): TagsSay => {
  const parsed = tags.map(parseTag).filter((tag) => tag !== null);
  const undone = parsed.filter((tag) => tag.rolledBack);
  const undoneBases = new Set(undone.map((tag) => tag.base));
  const standing = parsed.filter((tag) => !undoneBases.has(tag.base));
  const last = standing.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
  const told = parsed.filter((tag) => undoneBases.has(tag.base) && !tag.isAnnotated);
  const toldBases = new Set(told.map((tag) => tag.base));
  return {
    last:
      last === undefined
        ? null
        : { at: last.at, sha: last.sha, name: last.base, isAnnotated: last.isAnnotated },
    rolledBackShas: new Set(told.map((tag) => tag.sha)),
    hiddenRollbacks: undone.filter((tag) => !toldBases.has(tag.base)).map((tag) => tag.at),
  };
};
