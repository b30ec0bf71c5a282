/** What a criterion is called wherever a person reads it: cards, files, status, verdicts. */
import type { Criterion, Observation } from './facts.ts';

const criterionWords: Readonly<Record<Criterion, string>> = {
  api: 'API',
  workflow: 'Workflow',
  'last-deploy': 'Last deploy',
  ci: 'CI',
};

/** "API (staging)". Production goes without saying, and a CI workflow is named by its own clause. */
export const sayCriterion = ({ criterion, subject }: Pick<Observation, 'criterion' | 'subject'>): string =>
  criterion === 'api' && subject !== undefined && subject !== 'production'
    ? `${criterionWords.api} (${subject})`
    : criterionWords[criterion];
