/** What `--help` says: this command's own options, which need no desk, and the desk's commands, which do. */
import { CliHelp } from '../operations/cli-protocol.ts';
import type { Json } from '../operations/json.ts';
import { findNearest } from '../operations/nearest.ts';
import type { DeskAddress, Exchanger } from './exchange.ts';
import { explainStatus, explainUnreachable, explainVersion, type Outcome } from './outcome.ts';

type Entry = CliHelp['commands'][number];

interface HelpWish {
  readonly verb: string | null;
  readonly json: boolean;
}

const own = `npm run acuops -- <command> [words] [options]

Asks the desk that runs in ACUOPS_DATA (default .acuops) over its socket,
or the one at ACUOPS_URL with your personal token in ACUOPS_TOKEN.

  --json          the whole answer as JSON on stdout
  --timeout <s>   stop waiting after so many seconds (default 600); the operation goes on
  --help          this text, or after a command its usage
  --              what follows goes to the desk as it is

Exit codes: 0 healthy or done, 1 failing, 2 usage, 3 denied, 4 unknown or unavailable;
130 when Ctrl-C ended the waiting.`;

const timeoutMs = 10_000;

export const readHelp = async (
  address: DeskAddress,
  exchange: Exchanger,
  wish: HelpWish,
  signal: AbortSignal,
): Promise<Outcome> => {
  const got = await exchange({ method: 'GET', path: '/help', timeoutMs }, signal);
  if (got.kind !== 'answer') return withoutDesk(explainUnreachable(address, got.code), wish);
  if (got.status !== 200) return withoutDesk(explainStatus(got), wish);
  const help = CliHelp.safeParse(got.body);
  if (!help.success) return withoutDesk(explainVersion(), wish);
  return wish.verb === null ? toWhole(help.data) : toOne(help.data, wish.verb);
};

/** Help about these options is there without a desk; help about a command is not, and the options are no data. */
const withoutDesk = (trouble: Outcome, { verb, json }: HelpWish): Outcome => {
  const say = `The commands are known to the desk. ${trouble.say ?? ''}`.trim();
  return verb === null && !json ? toHelp(own, { say }) : { ...trouble, say };
};

const toWhole = ({ commands }: CliHelp): Outcome =>
  toHelp(`${own}\n\nCommands:\n${commands.map(toLines).join('\n')}`, { data: [...commands] });

const toOne = ({ commands }: CliHelp, verb: string): Outcome => {
  const asked = verb.toLowerCase();
  const entry = commands.find((command) => command.verb === asked || command.aliases.includes(asked));
  if (entry)
    return toHelp(`${toLines(entry)}\n      Example: npm run acuops -- ${entry.example}`, { data: entry });
  const near = findNearest(
    asked,
    commands.map((command) => command.verb),
  );
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return {
    ...toHelp(''),
    state: 'refused',
    exit: 2,
    say: `There is no command "${verb.slice(0, 80)}".${hint}`,
  };
};

const toLines = ({ usage, summary, aliases }: Entry): string =>
  `  ${usage}\n      ${summary}${aliases.length > 0 ? ` (also: ${aliases.join(', ')})` : ''}`;

const toHelp = (text: string, more: { readonly say?: string; readonly data?: Json } = {}): Outcome => ({
  operation: null,
  state: 'done',
  exit: 0,
  text,
  data: null,
  ...more,
});
