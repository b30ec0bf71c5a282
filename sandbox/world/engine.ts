/** The repository of the pipeline engine that every client's deploy workflow checks out: one tagged version, and one commit more on `main`. */
import type { GitHubFront } from '../github/front.ts';
import { engineRepository } from './deploy-workflow.ts';
import { daysBefore } from './history.ts';
import { pinnedVersion } from './past.ts';

export const seedEngine = (front: GitHubFront, now: Date): void => {
  front.addRepository({ name: engineRepository });
  const author = 'priya-nair';
  const released = front.addCommit(engineRepository, {
    title: `Release ${pinnedVersion}`,
    author,
    at: daysBefore(now, 120.4),
    files: {
      'README.md': '# acuops-pipeline\n\nBuild, qualify, snapshot, publish, verify.\n',
      'scripts/deploy.py': '"""Imports a package and publishes it."""\n\nPOLL_TIMEOUT = 600\n',
      'scripts/qualify.py': '"""Says whether a deploy may go on."""\n\nCOOLDOWN_MINUTES = 15\n',
    },
    isVerified: true,
  });
  front.addTag(engineRepository, pinnedVersion, released);
  front.addCommit(engineRepository, {
    title: 'Wait longer before the second poll',
    author,
    at: daysBefore(now, 17.6),
    files: {
      'scripts/deploy.py':
        '"""Imports a package and publishes it."""\n\nPOLL_TIMEOUT = 600\nFIRST_POLL = 20\n',
    },
  });
};
