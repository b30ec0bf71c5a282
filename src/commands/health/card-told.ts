/** What a card tells of one client line by line: criteria that cannot be seen for one reason share a line, and a reason that the card names above is not repeated. */
import { sayCriterion } from '../../policy/health/criterion-words.ts';
import { isOfTrouble } from '../../policy/health/github-trouble.ts';
import { toClockKey } from '../../policy/health/merge-clocks.ts';
import type { CheckedClient, CheckedObservation, GithubTrouble } from '../../policy/health/report.ts';
import { renderObservation, renderOpenLink, renderStep } from './card-words.ts';

export interface ToldLine {
  readonly line: string;
  /** What to do about it and where to look, each empty where there is nothing or where the card says it once for all. */
  readonly step: string;
  readonly link: string;
}

const minuteMs = 60_000;

const toReason = (entry: CheckedObservation, trouble: GithubTrouble | null): string => {
  if (entry.verdict !== 'unknown') return `alone ${toClockKey(entry)}`;
  // "Was failing since" is said once for all of a line, so it has to be true of each.
  const since = entry.since === null ? '' : Math.floor(entry.since.getTime() / minuteMs);
  if (isOfTrouble(entry, trouble)) return `${since}`;
  const { say, moment, url } = entry;
  // The line has one moment and one link.
  const told = moment === undefined ? '' : `${moment.word} ${moment.at.getTime()} ${url}`;
  return `${since} ${say} ${told}`;
};

export const renderTold = (
  told: readonly CheckedObservation[],
  trouble: GithubTrouble | null,
  zone: string,
): readonly ToldLine[] =>
  [...Map.groupBy(told, (entry) => toReason(entry, trouble)).values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const names = [...new Set([first, ...more].map(sayCriterion))].join(', ');
    if (isOfTrouble(first, trouble))
      return [
        {
          line: renderObservation({ ...first, say: '', moment: undefined }, zone, names),
          step: '',
          link: '',
        },
      ];
    const isAsked = first.verdict !== 'pass';
    return [
      {
        line: renderObservation(first, zone, names),
        step: isAsked ? renderStep(first) : '',
        link: isAsked ? renderOpenLink(first) : '',
      },
    ];
  });

const rank = ({ verdict, since }: CheckedObservation): number => {
  if (verdict === 'fail') return 0;
  return since === null ? 2 : 1;
};

/** What fails, then what failed when it was last seen, then the rest in the order of the criteria. */
export const toWorstFirst = (observations: readonly CheckedObservation[]): readonly CheckedObservation[] =>
  observations.toSorted((a, b) => rank(a) - rank(b));

/** What stands in for a whole client on one line: its worst verdicts. */
export const findTold = ({ state, observations }: CheckedClient): readonly CheckedObservation[] =>
  toWorstFirst(
    observations.filter(({ verdict, since }) => verdict === state || (since !== null && verdict !== 'pass')),
  );
