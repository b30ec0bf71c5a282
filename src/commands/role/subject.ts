/** Reads who is meant: a person, a user group, or a whole workspace; by mention as Slack escapes it, or by ids. */
import { parsePerson } from '../../operations/person.ts';

export interface Subject {
  readonly kind: 'user' | 'group' | 'team';
  readonly team: string;
  readonly id: string;
}

const unwrap = (pattern: RegExp, text: string): string | null => pattern.exec(text)?.[1] ?? null;

/** Groups named without their workspace are the asker's own. */
const parseGroup = (text: string, ownTeam: string | null): Subject | null => {
  const [, team, id] = /^(?:([TE][A-Z0-9]+):)?(S[A-Z0-9]{6,})$/u.exec(text) ?? [];
  const group = unwrap(/^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/u, text) ?? id ?? null;
  const where = team ?? ownTeam;
  return group === null || where === null ? null : { kind: 'group', team: where, id: group };
};

/** `ownTeam` is where the asker is; a terminal has none, and then the team must be written out. */
export const parseSubject = (text: string, ownTeam: string | null): Subject | null => {
  const group = parseGroup(text, ownTeam);
  if (group !== null) return group;
  const person = parsePerson(text, ownTeam);
  if (person !== null) return { kind: 'user', team: person.team, id: person.user };
  const team = unwrap(/^([TE][A-Z0-9]{6,})$/u, text);
  return team === null ? null : { kind: 'team', team, id: team };
};
