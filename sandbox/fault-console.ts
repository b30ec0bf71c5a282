/** Trouble on request: the words that the sandbox's own window understands, and what each of them causes. */
import type { Sandbox } from './bring-up.ts';

interface Trouble {
  readonly words: string;
  readonly about: string;
  /** Gives what happened and what to look at. */
  readonly cause: (sandbox: Sandbox) => string;
}

const everything = '*';
/** More than anybody asks before the fault is taken away again. */
const untilMended = 10_000;

export const troubles: readonly Trouble[] = [
  {
    words: 'slack 429',
    about: 'Slack refuses the next 3 writes for 3 s each',
    cause: ({ stand }) => {
      for (const method of ['chat.postMessage', 'chat.update'])
        stand.slack.faults.rateLimit(method, { retryAfterSeconds: 3, times: 3 });
      return 'The next three posts and three edits get 429, Retry-After 3 s. Ask for health: the card comes late, and once.';
    },
  },
  {
    words: 'slack lost',
    about: 'the next post arrives, its answer does not',
    cause: ({ stand }) => {
      stand.slack.faults.loseAnswer('chat.postMessage');
      return 'The next card is posted, and the desk never hears so. Ask for health: still one card.';
    },
  },
  {
    words: 'slack down',
    about: 'Slack answers everything with 500',
    cause: ({ stand }) => {
      stand.slack.faults.serverError(everything, { times: untilMended });
      return 'Slack answers 500 to everything from now on. `calm` mends it; nothing asked for meanwhile is lost.';
    },
  },
  {
    words: 'slack cut',
    about: 'the sockets to Slack are cut',
    cause: ({ stand }) => {
      const count = stand.slack.socketCount();
      stand.slack.faults.dropSockets();
      return count === 0
        ? 'There is no socket to cut: this sandbox runs with --http.'
        : 'Cut. The desk connects again by itself.';
    },
  },
  {
    words: 'slack twice',
    about: 'the next three deliveries come twice',
    cause: ({ stand }) => {
      for (const kind of ['command', 'interaction', 'event'] as const)
        stand.slack.faults.duplicateDelivery(kind, { times: 3 });
      return 'The next three commands, clicks and mentions each arrive twice. Ask for health: one card.';
    },
  },
  {
    words: 'github down',
    about: 'GitHub answers everything with 502',
    cause: ({ stand }) => {
      stand.github.faults.status({ path: everything }, 502);
      return 'GitHub answers 502. Ask for `health --fresh`: what cannot be seen is unknown, never healthy. `calm` mends it.';
    },
  },
  {
    words: 'github limit',
    about: "the hour's GitHub requests are used up",
    cause: ({ stand }) => {
      stand.github.leaveQuota(0, 120_000);
      return 'No request of this hour is left, and it ends in two minutes. Ask for `health --fresh` now and then.';
    },
  },
  {
    words: 'heritage repair',
    about: 'the desk gets the new password of Heritage',
    cause: ({ stand }) => {
      stand.world.story.heritagePasswordRotated({ secretsDir: stand.secretsDir });
      return 'The new password is stored. Press Check again: Heritage signs in.';
    },
  },
  {
    words: 'bayline repair',
    about: 'a fix is merged, CI of Bayline is green',
    cause: ({ stand }) => {
      stand.world.story.baylineCiRepaired(stand.github, new Date());
      return 'CI ran green, and GitHub said so by webhook. Press Check again.';
    },
  },
  {
    words: 'aster hang',
    about: 'the site of Aster and Kestrel falls silent',
    cause: ({ stand }) => {
      stand.acumatica.setBehaviour('tradecloud', { kind: 'hang' });
      return 'The site takes requests and never answers. Press Check again: both clients on it fail after 10 s. `calm` mends the site; the clients stay unknown until 20 minutes after the sign-in that got no answer, as it may have left a session open.';
    },
  },
  {
    words: 'crash worker',
    about: 'kill -9 of the worker',
    cause: ({ worker }) => {
      const pid = worker.kill();
      return pid === undefined
        ? 'No worker runs just now; a new one is on its way.'
        : `Worker ${pid} was killed. What it was doing goes on in the next one, once its lease of 3 s is over.`;
    },
  },
  {
    words: 'crash database',
    about: 'kill -9 of PostgreSQL',
    cause: ({ database }) => {
      const pid = database.pid();
      if (pid === undefined) return 'The database is down already.';
      process.kill(pid, 'SIGKILL');
      return `PostgreSQL (${pid}) was killed. It comes back by itself; until then a command says at once what to do.`;
    },
  },
  {
    words: 'calm',
    about: 'Slack, GitHub and the sites are well again',
    cause: ({ stand }) => {
      stand.slack.faults.clear();
      stand.github.faults.clear();
      stand.github.resetCounts();
      for (const { site } of stand.world.clients) stand.acumatica.setBehaviour(site.prefix, { kind: 'ok' });
      return 'All ordered trouble is over. What is wrong with the clients themselves stays, and where a sign-in got no answer the desk waits 20 minutes before the next one.';
    },
  },
];

export const renderTroubles = (): string =>
  [
    ...troubles.map(({ words, about }) => `  ${words.padEnd(16)}${about}`),
    '  help            this list',
  ].join('\n');

/** What one typed line causes, and the answer to it; '' for an empty line. */
export const causeTrouble = (line: string, sandbox: Sandbox): string => {
  const words = line.trim().toLowerCase().replaceAll(/\s+/gu, ' ');
  if (words === '') return '';
  if (words === 'help' || words === '?') return renderTroubles();
  const found = troubles.find((one) => one.words === words);
  if (found) return found.cause(sandbox);
  const hint = words.startsWith('/acuops')
    ? 'Commands for the desk go into the page, or into a second terminal. '
    : '';
  return `${hint}"${words.slice(0, 40)}" is not known here. What is:\n${renderTroubles()}`;
};
