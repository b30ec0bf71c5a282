/** What a version is and how it stands to what is live, in mrkdwn whose foreign parts are escaped. */
import type { KnownBlock } from '@slack/types';
import { cutText, escapeShort, renderLink } from '../../blocks/escape.ts';
import { section } from '../../blocks/message.ts';
import { renderDate } from '../../blocks/time.ts';
import type { DeployPlan } from '../../policy/deploy/plan.ts';
import type { DeployReport } from '../../policy/deploy/report.ts';

/** Seven digits, as GitHub shows them. */
export const toShort = (sha: string): string => `\`${sha.slice(0, 7)}\``;

export const sayCount = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const mostNames = 4;

const sayNames = (names: readonly string[], sayMore: (more: number) => string): string => {
  const shown = names.slice(0, mostNames).map((name) => escapeShort(name, 40));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${sayMore(more)}` : shown.join(', ');
};

const renderWanted = ({ commit, ref }: DeployReport): string | null =>
  commit === null
    ? null
    : `${toShort(commit.sha)} *${escapeShort(commit.title, 120)}* by ${escapeShort(commit.author, 40)} (${escapeShort(ref, 60)}${commit.isVerified ? '' : ', not signed'})`;

const renderLive = ({ live }: DeployReport, zone: string): string =>
  live === null ? '' : `Live: ${toShort(live.sha)} since ${renderDate(live.at, zone)}`;

const sayStanding = ({ change }: DeployReport): string => {
  if (change === null) return '';
  const { standing, aheadBy, behindBy, authors, files, areFilesCut } = change;
  const touched = `${areFilesCut ? 'more than ' : ''}${sayCount(files, 'file')}`;
  const adds = `adds ${sayCount(aheadBy, 'commit')} by ${sayNames(authors, () => 'others')}, ${touched}`;
  switch (standing) {
    case 'identical':
      return 'the same as what is live';
    case 'ahead':
      return adds;
    case 'behind':
      return `takes back ${sayCount(behindBy, 'commit')}`;
    case 'diverged':
      return `${adds}, and takes back ${sayCount(behindBy, 'commit')}`;
  }
};

const pullsShown = 4;
/** Links of GitHub are short; whatever else they are, the card stays within Slack's sum. */
const changeChars = 1_300;

const renderPulls = ({ change }: DeployReport): readonly string[] => {
  const pulls = change?.pulls ?? [];
  const more = pulls.length - pullsShown;
  return [
    ...pulls
      .slice(0, pullsShown)
      .map(({ number, title, url }) => `• ${renderLink(url, `#${number}`)} ${escapeShort(title, 100)}`),
    ...(more > 0 ? [`• and ${more} more pull requests`] : []),
  ];
};

export const renderChange = (
  report: DeployReport,
  { zone }: { readonly zone: string },
): readonly KnownBlock[] => {
  const wanted = renderWanted(report);
  if (wanted === null) return [];
  const standing = sayStanding(report);
  const { change } = report;
  const compare = change === null || change.standing === 'identical' ? '' : renderLink(change.url, 'compare');
  const second = [renderLive(report, zone), standing, compare].filter((part) => part !== '').join(' · ');
  const lines = [wanted, second, ...renderPulls(report)].filter((line) => line !== '');
  return [section(cutText(lines.join('\n'), changeChars))];
};

/** Nothing is promised of what cannot be seen. */
const sayOthers = (merges: boolean | null): string => {
  if (merges === null) return 'whether what else is published stays cannot be seen';
  return merges ? 'what else is published stays' : 'all else is unpublished';
};

/** "HeritageCustom, with VendorSuite; what else is published stays". */
export const sayProjects = ({ projects: [own = '', ...others], merges }: DeployPlan): string => {
  const together = others.length === 0 ? '' : `, with ${sayNames(others, (more) => `${more} more`)}`;
  return `${escapeShort(own, 60)}${together}; ${sayOthers(merges)}`;
};
