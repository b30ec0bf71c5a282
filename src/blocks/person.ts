/** How a person is named in a message: a mention where Slack knows them, plain code where only the desk's machine does. */
import { type Actor, formatActor } from '../operations/call.ts';
import { escapeShort } from './escape.ts';

/** Ids of people and groups are short; nobody's name fills a card. */
const longestName = 80;

export const renderPerson = (actor: Actor): string =>
  /^[UW][A-Z0-9]{2,}$/u.test(actor.user)
    ? `<@${actor.user}>`
    : `\`${escapeShort(formatActor(actor), longestName)}\``;

/** Where it was asked: in a terminal, in the form that is typed there. */
export const namePerson = (actor: Actor, via: string): string =>
  via === 'slack' ? renderPerson(actor) : `\`${escapeShort(formatActor(actor), longestName)}\``;

/** A user group; in code where it is no id of one, so that nothing else is ever called. */
export const renderGroup = (id: string): string =>
  /^S[A-Z0-9]{2,}$/u.test(id) ? `<!subteam^${id}>` : `\`${escapeShort(id, longestName)}\``;

/** From the stored form `team:user`. */
const parseStored = (text: string): Actor => {
  const at = text.indexOf(':');
  return { team: text.slice(0, at), user: text.slice(at + 1) };
};

export const renderStoredPerson = (text: string): string => renderPerson(parseStored(text));
export const nameStoredPerson = (text: string, via: string): string => namePerson(parseStored(text), via);
