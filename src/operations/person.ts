/** Reads which person is meant: a mention as Slack escapes it, or ids typed by hand. Names are never taken: they can be anybody's. */
import type { Actor } from './call.ts';

/** A workspace or organisation of Slack's and a person there, or a user of the desk's machine, who may be called anything. */
const pair = /^(?:([TE][A-Z0-9]+):([UW][A-Z0-9]+)|(local):([\w.-]+))$/u;

/** `ownTeam` is where the asker is; a terminal has none, and then the team must be written out. */
export const parsePerson = (text: string, ownTeam: string | null): Actor | null => {
  const own = /^(?:<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|([UW][A-Z0-9]{6,}))$/u.exec(text);
  const user = own?.[1] ?? own?.[2];
  if (user !== undefined) return ownTeam === null ? null : { team: ownTeam, user };
  const [, team, member, local, name] = pair.exec(text) ?? [];
  if (team !== undefined && member !== undefined) return { team, user: member };
  return local !== undefined && name !== undefined ? { team: local, user: name } : null;
};

/** What stands behind the name of the word or option that named nobody. */
export const personMustBe = (inSlack: boolean): string =>
  inSlack
    ? 'must be a mention of a person, or ids: `T…:U…`.'
    : 'must be ids: `T…:U…`. A terminal does not know names; in Slack, the menu of a profile copies the member id.';
