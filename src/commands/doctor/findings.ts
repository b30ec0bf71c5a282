/** What doctor finds: one judged thing each, named as people call it, with what mends it. Also the report that the card and `--json` are made of. */
import { z } from 'zod';

export const FindingState = z.enum(['pass', 'warn', 'fail', 'unknown']);
export type FindingState = z.infer<typeof FindingState>;

export const Finding = z.object({
  name: z.string(),
  state: FindingState,
  /** mrkdwn whose foreign parts are escaped. */
  say: z.string(),
  /** What to do about it; null where nothing needs doing, or `say` says it. */
  mend: z.string().nullable(),
  /** All that it is about, where `say` shows the first few only. */
  names: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

export const find = (
  name: string,
  state: FindingState,
  say: string,
  mend: string | null = null,
  names: readonly string[] = [],
): Finding => ({ name, state, say, mend, names: [...names] });

/** One for a thing that is well or not; the first two words of a check. */
export const pass = (name: string, say: string): Finding => find(name, 'pass', say);

/** The parts that are looked at by themselves, so that one that hangs delays no other. */
export const areas = ['slack', 'channels', 'store', 'work', 'cards', 'github', 'registry'] as const;
export type Area = (typeof areas)[number];

export const areaNames: Readonly<Record<Area, string>> = {
  slack: 'Slack',
  channels: 'channels',
  store: 'database',
  work: 'the desk’s own work',
  cards: 'cards',
  github: 'GitHub',
  registry: 'registry',
};

export const DoctorReport = z.object({
  schema: z.literal('acuops.doctor/1'),
  startedAt: z.iso.datetime(),
  /** null while it looks. */
  finishedAt: z.iso.datetime().nullable(),
  looked: z.number(),
  areas: z.number(),
  findings: z.array(Finding),
});
export type DoctorReport = z.infer<typeof DoctorReport>;

const rank: Readonly<Record<FindingState, number>> = { fail: 0, unknown: 1, warn: 2, pass: 3 };

/** Worst first; within a state as they were found. */
export const sortFindings = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => rank[a.state] - rank[b.state]);

/** 1 where something is broken, 4 where something could not be looked at, else 0. */
export const toExit = (findings: readonly Finding[]): 0 | 1 | 4 => {
  if (findings.some(({ state }) => state === 'fail')) return 1;
  return findings.some(({ state }) => state === 'unknown') ? 4 : 0;
};

const mostNames = 8;

/** "a, b, c and 12 more". */
export const sayNames = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;

export const sayNumber = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
