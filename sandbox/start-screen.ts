/** What the sandbox says once it runs: what to open, who to be, what to try, how to cause trouble. With the lines of the start at most 40. */
import { relative } from 'node:path';
import type { Sandbox } from './bring-up.ts';
import { troubles } from './fault-console.ts';

const standardDataDir = '.acuops';

/** Where the data lies elsewhere, the terminal has to be told. */
const toTerminalLine = (dataDir: string): string =>
  `${dataDir === standardDataDir ? '' : `ACUOPS_DATA=${dataDir} `}npm run acuops -- health`;

const column = ' '.repeat(31);
const longestLine = 66;

const wrapTroubles = (): string => {
  const lines: string[] = [];
  for (const { words } of troubles) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + words.length < longestLine)
      lines[lines.length - 1] = `${last} · ${words}`;
    else lines.push(words);
  }
  return lines.join(`\n${column}`);
};

export const renderStartScreen = ({ stand, adminUrl, logPath, dataDir }: Sandbox): string =>
  `OPEN      ${stand.slack.pageUrl}   a pretend Slack, on this machine only

BE        choose at "Act as", top right:
            Dana Lee     on-call          checks, notes, says "I'm on it"
            Priya Nair   approver         the same by the group @acuops-approvers, and decides on deploys
            Marco Silva  admin            also clients, roles, killswitch, audit
            Jonas Falk   client contact   the status of his own company, Bayline Foods
            Ola Brandt   outsider         nothing
          The page shows everybody's private answers and windows to whoever looks. Slack does not.

TRY       1  in #ops as Dana   /acuops health            one card: 4 of 7 clients need you
          2  on the card       Details of … Heritage     one client in a window, with what to do
          3  in this window    heritage repair           the desk gets the new password; then press
                               Check again on the card   Heritage recovers, and the card says so
          4  in #bayline-foods as Jonas                  @acuops status bayline: his own company;
                                                         @acuops status heritage: denied
          5  in #ops as Dana   /acuops deploy heritage   what it would change; then as Priya: Approve
          6  in #random as Ola /acuops health            denied, privately, and recorded

TERMINAL  a second window:     ${toTerminalLine(dataDir)}

TROUBLE   type here:           ${wrapTroubles()}
                               help says what each does, calm ends what you ordered

STOP      Ctrl-C   (log: ${relative(process.cwd(), logPath)}, figures: ${adminUrl}/metrics)
`;
