/** What came to each client's `main` after its last deploy, as a story: who, when, by which pull request, and how its checks ended. */
import type { PullInput } from '../github/types.ts';
import { deployFile, type WorldClient } from './client.ts';
import { patientWorkflow } from './deploy-workflow.ts';
import { toPriceRules, toProjectPath } from './project-files.ts';

export interface NewerCommit {
  /** The CI run of the push, if there is one, has the same figure. */
  readonly daysAgo: number;
  readonly author: string;
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly pull?: PullInput;
  readonly isRed?: boolean;
}

type ToCommits = (client: WorldClient) => readonly NewerCommit[];

/** Titles end with their pull request, as GitHub squashes them. */
const toPull = (number: number, title: string): Pick<NewerCommit, 'title' | 'pull'> => ({
  title: `${title} (#${number})`,
  pull: { number, title },
});

const toRules = (client: WorldClient, ...rules: readonly string[]): Readonly<Record<string, string>> => ({
  [toProjectPath(client, 'Code/PriceRules.cs')]: toPriceRules(client, rules),
});

const stories: Readonly<Record<string, ToCommits>> = {
  heritage: (client) => [
    {
      daysAgo: 8.2,
      author: 'sam-ortiz',
      ...toPull(31, 'Price by roll width'),
      files: toRules(client, 'RollWidth'),
    },
    {
      daysAgo: 4.3,
      author: 'dana-lee',
      ...toPull(33, 'Tier breaks for price rules'),
      files: toRules(client, 'RollWidth', 'TierBreaks'),
    },
    {
      daysAgo: 1.1,
      author: 'sam-ortiz',
      title: 'Round line totals half up',
      files: toRules(client, 'RollWidth', 'TierBreaks', 'HalfUp'),
    },
  ],
  bayline: (client) => [
    {
      daysAgo: 11.9,
      author: 'sam-ortiz',
      ...toPull(18, 'Keep the allergen of a lot on its receipt'),
      files: toRules(client, 'AllergenLots'),
    },
    {
      daysAgo: 6.4,
      author: 'dana-lee',
      ...toPull(20, 'Give the test tenant more time'),
      files: { [`.github/workflows/${deployFile}`]: patientWorkflow },
    },
  ],
  kestrel: (client) => [
    {
      daysAgo: 0.4,
      author: 'noor-haddad',
      title: 'Keep calibration dates on split lots',
      files: toRules(client, 'CalibrationDates'),
      isRed: true,
    },
  ],
  juniper: (client) => [
    {
      daysAgo: 2.2,
      author: 'ruby-cole',
      title: 'Price by shop',
      files: toRules(client, 'ShopPrices'),
    },
  ],
  wexford: (client) => [
    {
      daysAgo: 40.5,
      author: 'dana-lee',
      title: 'List discontinued tools',
      files: toRules(client, 'Discontinued'),
    },
  ],
};

/** Oldest first; none for a client whose last deploy is the newest there is. */
export const toNewerCommits = (client: WorldClient): readonly NewerCommit[] =>
  stories[client.id]?.(client) ?? [];
