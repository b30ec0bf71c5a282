/** The words of one client and one observation, as card, details and file share them. Foreign text is escaped here, once. */
import { escapeShort, renderLink } from '../../blocks/escape.ts';
import { statusMarks } from '../../blocks/status-line.ts';
import { renderDate } from '../../blocks/time.ts';
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import { sayPriority } from '../../policy/health/fleet.ts';
import type { CheckedClient, CheckedObservation } from '../../policy/health/report.ts';

/** "I'm on it": who took a client, shown with the time. */
export interface Claim {
  readonly targetKey: string;
  /** A mention such as `<@U0ONCALL>`, or a name. */
  readonly by: string;
  readonly at: Date;
}

export const renderName = ({ client }: CheckedClient, max = 60): string =>
  escapeShort(client.name.trim() || client.key, max);

const renderMoment = (observation: CheckedObservation, zone: string): string => {
  const { moment, since, verdict } = observation;
  const told = moment === undefined ? '' : ` ${moment.word} ${renderDate(moment.at, zone)}`;
  if (since === null) return told;
  // An earlier failure's clock goes on while nothing can be seen; saying so keeps the deadline explainable.
  return verdict === 'fail'
    ? // "34 days ago, since today" would contradict itself: that clock is the failure's, not the deploy's.
      `${told}, ${observation.criterion === 'last-deploy' ? 'noticed' : 'since'} ${renderDate(since, zone)}`
    : `${told}, was failing since ${renderDate(since, zone)}`;
};

const capitalise = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

/**
 * "❌ API: sign-in refused, since today 01:40". The clauses of workflow, deploy and CI name their criterion themselves; an
 * unknown one ("GitHub answered 503") does not, and carries the word beside the mark as it could be read either way.
 */
export const renderObservation = (
  observation: CheckedObservation,
  zone: string,
  name: string = sayCriterion(observation),
): string => {
  const { emoji, word } = statusMarks[observation.verdict];
  const label = `${escapeShort(name, 60)}: `;
  const say = escapeShort(observation.say, 160);
  const told = renderMoment(observation, zone);
  if (observation.verdict === 'unknown')
    return `${emoji} ${label}${word}${say === '' ? '' : `, ${say}`}${told}`;
  return `${emoji} ${observation.criterion === 'api' ? `${label}${say}` : capitalise(say)}${told}`;
};

/** "→ ask the client for …", empty where there is no step. */
export const renderStep = ({ next }: CheckedObservation): string =>
  next === null ? '' : `→ ${escapeShort(next, 160)}`;

/** Where it can be seen; empty where there is nothing to open. */
export const renderOpenLink = ({ url }: CheckedObservation): string =>
  url === null ? '' : renderLink(url, 'Open');

/** "→ ask the client for … · Open", either alone where there is no other. */
export const joinNext = (step: string, link: string): string =>
  [step, link].filter((part) => part !== '').join(' · ');

const renderDeadline = ({ respondBy }: CheckedClient, now: Date, zone: string): string => {
  if (respondBy === null) return '';
  const at = renderDate(respondBy, zone);
  return respondBy.getTime() < now.getTime() ? ` · ⏰ overdue, answer was due ${at}` : ` · answer by ${at}`;
};

const renderPriority = ({ state, priority }: CheckedClient): string =>
  state === 'fail' || priority !== 'none' ? `${sayPriority(priority)} · ` : '';

/** "*P1 · Heritage Fabrics* (premium) · answer by …". */
export const renderHeadline = (client: CheckedClient, now: Date, zone: string): string =>
  `*${renderPriority(client)}${renderName(client)}* (${client.client.tier})${renderDeadline(client, now, zone)}`;

/** "*P1 · Heritage Fabrics* · ⏰ overdue": for one-line lists. */
export const renderShortHeadline = (client: CheckedClient, now: Date, zone: string): string => {
  const { respondBy } = client;
  const late = respondBy !== null && respondBy.getTime() < now.getTime();
  const due = respondBy === null || late ? '' : ` · by ${renderDate(respondBy, zone)}`;
  return `*${renderPriority(client)}${renderName(client, 40)}*${late ? ' · ⏰ overdue' : due}`;
};

const renderPerson = (by: string): string => (/^<@[UW][A-Z0-9]+>$/.test(by) ? by : escapeShort(by, 60));

/** The newest claim; who had it before is in the details of the client. Empty where nobody took it. */
export const renderClaim = (claims: readonly Claim[], key: string, zone: string): string => {
  const newest = claims
    .filter((claim) => claim.targetKey === key)
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
  return newest === undefined
    ? ''
    : `🙋 ${renderPerson(newest.by)} is on it since ${renderDate(newest.at, zone)}`;
};
