/** Reads who is meant: a mention as Slack escapes it, or ids typed by hand. Names are never taken: they can be anybody's. */
export interface Subject {
  readonly kind: 'user' | 'group' | 'team';
  readonly team: string;
  readonly id: string;
}

const unwrap = (pattern: RegExp, text: string): string | null => pattern.exec(text)?.[1] ?? null;

const isGroupId = (id: string): boolean => /^S[A-Z0-9]{6,}$/u.test(id);

/** Groups and people named without their workspace are the asker's own. */
const parseOwn = (text: string, team: string): Subject | null => {
  const group = unwrap(/^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/u, text) ?? (isGroupId(text) ? text : null);
  if (group !== null) return { kind: 'group', team, id: group };
  const user = unwrap(/^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/u, text) ?? unwrap(/^([UW][A-Z0-9]{6,})$/u, text);
  return user === null ? null : { kind: 'user', team, id: user };
};

const parsePair = (text: string): Subject | null => {
  const [, team, id] = /^([TE][A-Z0-9]+|local):([\w.-]+)$/u.exec(text) ?? [];
  if (team === undefined || id === undefined) return null;
  // A user of this machine may be called anything, also what looks like a group of Slack's.
  return { kind: team !== 'local' && isGroupId(id) ? 'group' : 'user', team, id };
};

/** `ownTeam` is where the asker is; a terminal has none, and then the team must be written out. */
export const parseSubject = (text: string, ownTeam: string | null): Subject | null => {
  const own = ownTeam === null ? null : parseOwn(text, ownTeam);
  if (own !== null) return own;
  const team = unwrap(/^([TE][A-Z0-9]{6,})$/u, text);
  return parsePair(text) ?? (team === null ? null : { kind: 'team', team, id: team });
};
