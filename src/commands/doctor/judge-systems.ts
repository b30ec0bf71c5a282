/** What GitHub's answers and the registry's state mean. Pure. */
import { cutText, escapeLine } from '../../blocks/escape.ts';
import { renderStoredPerson } from '../../blocks/person.ts';
import { sayAge, sayDuration } from '../../blocks/time.ts';
import { type Finding, find, pass, sayNames, sayNumber } from './findings.ts';
import { again, againLater, sayWait } from './github-words.ts';
import { judgeRights } from './judge-rights.ts';
import type { GithubAccount, GithubFacts, RegistryFacts } from './powers.ts';

export const judgeGithub = (facts: GithubFacts, now: Date): readonly Finding[] => {
  switch (facts.kind) {
    case 'not-configured':
      return [
        find(
          'GitHub',
          'fail',
          'The desk has no GitHub token and no App, so workflows, runs and deploys stay unknown.',
          'Set `GITHUB_TOKEN`, or `GITHUB_APP_ID` and `GITHUB_APP_PRIVATE_KEY`, and restart the desk.',
        ),
      ];
    case 'refused':
      return [
        find(
          facts.identity === 'token' ? 'GitHub token' : 'GitHub App',
          'fail',
          `${escapeLine(facts.say)}; nothing of GitHub can be read.`,
          facts.identity === 'token'
            ? 'Make a new token that may read the clients’ repositories (which rights it needs: `docs/real-workspace.md`), set `GITHUB_TOKEN` to it, and restart the desk.'
            : 'Compare `GITHUB_APP_ID` and `GITHUB_APP_PRIVATE_KEY` with the App’s page on GitHub, and restart the desk.',
        ),
      ];
    case 'unknown':
      return judgeUnknown(facts, now);
    case 'accepted':
      return [
        pass(
          facts.identity === 'token' ? 'GitHub token' : 'GitHub App',
          `GitHub accepts the ${facts.identity === 'token' ? 'token' : 'App'}.`,
        ),
        judgeBudget(facts.accounts, now),
        ...judgeRights(facts, now),
      ];
  }
};

const judgeUnknown = (
  { say, until, accounts }: Extract<GithubFacts, { kind: 'unknown' }>,
  now: Date,
): readonly Finding[] =>
  until === null
    ? [find('GitHub', 'unknown', `${escapeLine(say)}.`, again)]
    : [
        find('GitHub', 'unknown', `${escapeLine(say)} for at most ${sayWait(until, now)} more.`, againLater),
        ...(accounts.length === 0 ? [] : [judgeBudget(accounts, now)]),
      ];

/** Below this share of the hour a fleet check may not get through. */
const lowShare = 0.1;

const sayAccount = (account: GithubAccount, now: Date): string => {
  const { primary, pointsLeft, pointsPerMinute, blockedUntil } = account;
  const hour =
    primary === null
      ? 'not asked yet'
      : `${primary.remaining} of ${primary.limit} requests left, new ones in ${sayDuration(primary.resetAt.getTime() - now.getTime())}`;
  const wait =
    blockedUntil === null
      ? ''
      : `, and GitHub asks to wait ${sayDuration(blockedUntil.getTime() - now.getTime())}`;
  return `${escapeLine(account.account)}: ${hour}; ${pointsLeft} of ${pointsPerMinute} points of this minute${wait}`;
};

const judgeBudget = (accounts: readonly GithubAccount[], now: Date): Finding => {
  const name = 'GitHub budget';
  const say = `${accounts.map((account) => sayAccount(account, now)).join('. ')}.`;
  const blocked = accounts.some(({ blockedUntil }) => blockedUntil !== null);
  const low = accounts.some(
    ({ primary }) => primary !== null && primary.remaining < primary.limit * lowShare,
  );
  if (!blocked && !low) return pass(name, say);
  return find(
    name,
    accounts.some(({ primary }) => primary?.remaining === 0) ? 'fail' : 'warn',
    say,
    'Wait, and look who else uses this token. A GitHub App has a budget of its own.',
  );
};

export const judgeRegistry = (facts: RegistryFacts, now: Date): readonly Finding[] => [
  judgeClients(facts, now),
  judgeFile(facts.file),
  ...judgeCredentials(facts),
];

const judgeClients = ({ clients, lastImport }: RegistryFacts, now: Date): Finding =>
  clients === 0
    ? find(
        'Registry',
        'warn',
        'No client is known.',
        '`/acuops add-client` adds one; `/acuops registry import` takes many from a file.',
      )
    : pass(
        'Registry',
        `${sayNumber(clients, 'client')}; ${lastImport === null ? 'nothing was ever imported' : `last import ${sayAge(lastImport.at, now)} by ${renderStoredPerson(lastImport.by)}`}.`,
      );

const mostLines = 3;

const judgeFile = (file: RegistryFacts['file']): Finding => {
  const name = 'Registry file';
  const path = `\`${escapeLine(file.path)}\``;
  if (file.kind === 'missing')
    return file.named
      ? find(
          name,
          'warn',
          `There is none at ${path}, and without it the desk does not start again.`,
          'Put it there, or set `ACUOPS_CLIENTS` to where it is.',
        )
      : pass(name, 'There is none; the desk’s own registry counts.');
  if (file.kind === 'unreadable')
    return find(
      name,
      'fail',
      `${path} cannot be read: ${escapeLine(file.why)}.`,
      'Let the desk’s user read it.',
    );
  const shown = file.lines.slice(0, mostLines).map((line) => cutText(escapeLine(line), 250));
  const more = file.lines.length > mostLines ? ` … and ${file.lines.length - mostLines} more` : '';
  const lines = `${shown.join('; ')}${more}`;
  switch (file.plan.kind) {
    case 'faulty':
      return find(
        name,
        'fail',
        `${path} has faults, so nothing of it is taken: ${lines}.`,
        'Mend these lines, then `/acuops registry import`.',
        file.lines,
      );
    case 'conflict':
      return find(
        name,
        'fail',
        `${path} and the desk were changed in different ways, so nothing of it is taken: ${lines}.`,
        'Make each agree, in the file or by `/acuops edit-client`, then `/acuops registry import`.',
        file.lines,
      );
    case 'planned':
      return file.plan.changes
        ? find(
            name,
            'warn',
            `${path} has changes that the desk does not have yet: ${lines}.`,
            '`/acuops registry import` takes them over.',
          )
        : pass(name, `${path} has nothing new.`);
  }
};

const judgeCredentials = ({
  withoutCredentials,
  unreadableCredentials,
}: RegistryFacts): readonly Finding[] => {
  const findings = [
    unreadableCredentials.length === 0
      ? null
      : find(
          'Credentials',
          'fail',
          `Cannot be read where the registry points: ${sayNames(unreadableCredentials.map(escapeLine))}.`,
          'Put the variable or the file there, on every machine that runs a worker, or mend the reference with `/acuops edit-client &lt;client&gt;`.',
          unreadableCredentials,
        ),
    withoutCredentials.length === 0
      ? null
      : find(
          'Missing credentials',
          'warn',
          `Reached, but not signed in to, for want of credentials: ${sayNames(withoutCredentials.map(escapeLine))}.`,
          '`/acuops edit-client &lt;client&gt; --username-ref … --password-ref …` names them.',
          withoutCredentials,
        ),
  ].filter((finding) => finding !== null);
  return findings.length > 0 ? findings : [pass('Credentials', 'Every client has some that can be read.')];
};
