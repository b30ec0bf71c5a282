/** What `--help` says: this command's own options, which need no desk, and the desk's verbs, which do. */
import { CliHelp } from '../operations/cli-protocol.ts';
import { findNearest } from '../operations/nearest.ts';
import type { DeskAddress, Exchanger } from './exchange.ts';
import { explainStatus, explainUnreachable, explainVersion, type Outcome } from './outcome.ts';

type Entry = CliHelp['commands'][number];

const own = `npm run acuops -- <verb> [words] [options]

Asks the desk that runs in ACUOPS_DATA (default .acuops) over its socket,
or the one at ACUOPS_URL with your personal token in ACUOPS_TOKEN.

  --json          the whole answer as JSON on stdout
  --timeout <s>   stop waiting after so many seconds (default 600); the operation goes on
  --help          this text, or after a verb its usage
  --              what follows goes to the desk as it is

Exit codes: 0 healthy or done, 1 failing, 2 usage, 3 denied, 4 unknown or unavailable;
130 when Ctrl-C ended the waiting.`;

const timeoutMs = 10_000;

export const readHelp = async (
  address: DeskAddress,
  exchange: Exchanger,
  verb: string | null,
  signal: AbortSignal,
): Promise<Outcome> => {
  const got = await exchange({ method: 'GET', path: '/help', timeoutMs }, signal);
  if (got.kind !== 'answer') return withoutDesk(explainUnreachable(address, got.code), verb);
  if (got.status !== 200) return withoutDesk(explainStatus(got), verb);
  const help = CliHelp.safeParse(got.body);
  if (!help.success) return withoutDesk(explainVersion(), verb);
  return verb === null ? toWhole(help.data) : toOne(help.data, verb);
};

/** Help about this command itself is there without a desk; help about a verb is not. */
const withoutDesk = (trouble: Outcome, verb: string | null): Outcome => {
  const say = `The verbs are known to the desk. ${trouble.say ?? ''}`.trim();
  return verb === null ? toHelp(own, { say }) : { ...trouble, say };
};

const toWhole = ({ commands }: CliHelp): Outcome =>
  toHelp(`${own}\n\nVerbs:\n${commands.map(toLines).join('\n')}`);

const toOne = ({ commands }: CliHelp, verb: string): Outcome => {
  const asked = verb.toLowerCase();
  const entry = commands.find((command) => command.verb === asked || command.aliases.includes(asked));
  if (entry) return toHelp(`${toLines(entry)}\n      Example: npm run acuops -- ${entry.example}`);
  const near = findNearest(
    asked,
    commands.map((command) => command.verb),
  );
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return { ...toHelp(''), state: 'refused', exit: 2, say: `There is no verb "${verb.slice(0, 80)}".${hint}` };
};

const toLines = ({ usage, summary, aliases }: Entry): string =>
  `  ${usage}\n      ${summary}${aliases.length > 0 ? ` (also: ${aliases.join(', ')})` : ''}`;

const toHelp = (text: string, more: { readonly say?: string } = {}): Outcome => ({
  operation: null,
  state: 'done',
  exit: 0,
  text,
  data: null,
  ...more,
});
