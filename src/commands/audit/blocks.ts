/** Rows of the record as a person reads them: when, who, which command on which client, and what came of it. Pure; the export has every word. */
import { cutText, escapeLine } from '../../blocks/escape.ts';
import { nameStoredPerson } from '../../blocks/person.ts';
import { renderDate, sayStamp } from '../../blocks/time.ts';
import type { AuditRow } from '../../operations/audit.ts';
import type { Json } from '../../operations/json.ts';
import { mapStrings } from '../../operations/map-strings.ts';
import type { TargetName } from '../../operations/target.ts';

export type ClientNames = ReadonlyMap<string, TargetName>;

const longestOutcome = 160;

export const renderRow = (
  row: AuditRow,
  clients: ClientNames,
  { zone, via }: { readonly zone: string; readonly via: string },
): string => {
  const client = row.targetId === null ? undefined : clients.get(row.targetId);
  const of = client === undefined ? '' : ` *${escapeLine(client.name)}*`;
  const detail = mapStrings(row.detail, (text) => sayMoment(text, zone));
  const outcome = cutText(escapeLine(sayOutcome({ ...row, detail }, client?.key ?? null)), longestOutcome);
  return `• ${renderDate(row.at, zone)} ${nameStoredPerson(row.actor, via)} \`${escapeLine(row.verb)}\`${of}: ${outcome}`;
};

/** Moments are kept in UTC to the millisecond. */
const sayMoment = (text: string, zone: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(text) ? sayStamp(new Date(text), zone) : text;

type Fields = { readonly [key: string]: Json };

const toFields = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** `named` is the client that stands before it: it is not said twice. */
const sayOutcome = ({ event, detail }: AuditRow, named: string | null): string => {
  const fields = toFields(detail);
  const { changed, reason, input: _, window: __, ...rest } = fields;
  const withWish = (word: string): string => [word, ...sayWish(fields, named)].join(' ');
  const says: Readonly<Record<string, () => string>> = {
    answered: () => sayChange(toFields(changed), named) || withWish('answered'),
    asked: () => withWish('started'),
    joined: () => withWish('joined the one that was running'),
    refused: () => `${withWish('refused')}: ${reason === undefined ? sayFields(rest) : sayReason(reason)}`,
    denied: () => `${withWish('denied')}: ${sayReason(reason ?? null)}`,
    finished: () => sayEnd(rest),
  };
  return says[event]?.() ?? (sayFields(fields) || event);
};

/** What was asked, in brackets. */
const sayWish = ({ input, window }: Fields, named: string | null): readonly string[] => {
  const wish = sayFields(leaveOut({ ...toFields(input), window: window ?? null }, named));
  return wish === '' ? [] : [`(${wish})`];
};

const sayChange = (changed: Fields, named: string | null): string =>
  sayFields(leaveOut(changed, named)) || (Object.keys(changed).length === 0 ? '' : 'nothing changed');

const leaveOut = (fields: Fields, named: string | null): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => named === null || value !== named));

const reasons: Readonly<Record<string, string>> = {
  usage: 'the words did not fit',
  'not-found': 'there is no such thing',
  conflict: 'it did not fit what is there',
  stopped: 'the killswitch is on',
  unavailable: 'something was away',
  'slack-only': 'works in Slack only',
  'no-role': 'no role here',
  'not-allowed': 'not in the role',
  'other-target': 'not their client, or none',
};

const sayReason = (reason: Json): string => reasons[sayValue(reason)] ?? sayValue(reason);

const ends: Readonly<Record<string, string>> = { 0: 'all well', 1: 'something fails', 4: 'not all is known' };

const sayEnd = ({ exit, refused, failed }: Fields): string => {
  if (failed !== undefined) return `broke: ${sayValue(failed)}`;
  if (refused !== undefined) return `refused: ${sayReason(refused)}`;
  return `finished: ${ends[sayValue(exit ?? null)] ?? `exit ${sayValue(exit ?? null)}`}`;
};

/** Their value says it all, and comes first: what is kept in the database has lost the order in which it was typed. */
const bare = new Set(['state', 'action']);
const silent = new Set(['digest']);

const toWords = (key: string): string => key.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);

/** `tier: premium → standard`, `on, target everything, reason wrong package`. What is empty, false or nothing is left out. */
const sayFields = (fields: Fields): string => {
  const { field, from, to, ...others } = fields;
  const step =
    from === undefined || to === undefined
      ? []
      : [`${field === undefined ? '' : `${sayValue(field)}: `}${sayValue(from)} → ${sayValue(to)}`];
  const rest = Object.entries(from === undefined || to === undefined ? fields : others)
    .filter(([key, value]) => !silent.has(key) && !isNothing(value))
    .toSorted(([a], [b]) => Number(bare.has(b)) - Number(bare.has(a)))
    .map(([key, value]) => {
      if (value === true) return toWords(key);
      return bare.has(key) || isSteps(value) ? sayValue(value) : `${toWords(key)} ${sayValue(value)}`;
    });
  return [...step, ...rest].join(', ');
};

/** Fields from → to. */
const isSteps = (value: Json): boolean =>
  Array.isArray(value) && value.every((item: Json) => 'from' in toFields(item));

const isNothing = (value: Json): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const sayValue = (value: Json): string => {
  if (Array.isArray(value)) return value.map((item: Json) => sayValue(item)).join(', ');
  if (value === null) return 'none';
  if (typeof value === 'object') return sayFields(toFields(value));
  return value === '*' ? 'everything' : `${value}`;
};
