/** Reads who is meant: a mention as Slack escapes it, or ids typed by hand. Names are never taken: they can be anybody's. */
export interface Subject {
  readonly kind: 'user' | 'group' | 'team';
  readonly team: string;
  readonly id: string;
}

/** `ownTeam` is where the asker is; a terminal has none, and then the team must be written out. */
export const parseSubject = (text: string, ownTeam: string | null): Subject | null => {
  const group = /^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/u.exec(text) ?? /^(S[A-Z0-9]{6,})$/u.exec(text);
  if (group?.[1] && ownTeam) return { kind: 'group', team: ownTeam, id: group[1] };
  const mention = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/u.exec(text) ?? /^([UW][A-Z0-9]{6,})$/u.exec(text);
  if (mention?.[1] && ownTeam) return { kind: 'user', team: ownTeam, id: mention[1] };
  const pair = /^([TE][A-Z0-9]+|local):([\w.-]+)$/u.exec(text);
  if (pair?.[1] && pair[2])
    return { kind: pair[2].startsWith('S') ? 'group' : 'user', team: pair[1], id: pair[2] };
  const team = /^([TE][A-Z0-9]{6,})$/u.exec(text);
  return team?.[1] ? { kind: 'team', team: team[1], id: team[1] } : null;
};
