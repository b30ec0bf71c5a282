/**
 * Stands before the request door: whoever named a client or a command that is not there, or not theirs, is told which are near or theirs.
 * Only ever clients that they may see and commands that they may ask for, so a refusal says the same of a foreign client and of none.
 */
import { decideRights } from '../policy/access.ts';
import { tiers } from '../policy/registry/registry-document.ts';
import type { Call } from './call.ts';
import type { AnyCommand } from './command.ts';
import { explainForeignClient, mayAsk, sayNoRole } from './denial.ts';
import { mapStrings } from './map-strings.ts';
import { findNearest } from './nearest.ts';
import type { AccessReader } from './ports.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { RequestDoor } from './request.ts';
import type { Scope } from './scope.ts';
import type { TargetName } from './target.ts';
import { type CommandList, toCode } from './words.ts';

export interface ExplainTargetParts {
  readonly commands: CommandList;
  readonly access: AccessReader;
  readonly readNames: (scope: Scope) => Promise<readonly TargetName[]>;
  /** As for the door: what was typed is shown again. */
  readonly redact: (text: string) => string;
}

export const explainTargets = (door: RequestDoor, parts: ExplainTargetParts): RequestDoor => ({
  request: async (call) => {
    const receipt = await door.request(call);
    if (receipt.kind !== 'refused' || receipt.operation !== null) return receipt;
    if (receipt.refusal.reason === 'unknown-verb')
      return { ...receipt, refusal: await explainVerb(parts, call) };
    if (receipt.refusal.reason !== 'denied' && receipt.refusal.reason !== 'not-found') return receipt;
    const refusal = await explain(parts, call);
    return refusal === null ? receipt : { ...receipt, refusal };
  },
});

/** A guess that would be denied leads nowhere. */
const explainVerb = async (
  { commands, access, redact }: ExplainTargetParts,
  { verb, actor, place }: Call,
): Promise<Refusal> => {
  const { grants } = await access.readAccess(actor, place);
  return grants.length === 0
    ? refuse('unknown-verb', `There is no command ${toCode(redact(verb))}. ${sayNoRole(actor)}`)
    : commands.explainUnknown(redact(verb), (command) => mayAsk(command, grants));
};

/** null where it was refused for another reason. */
const explain = async (
  { commands, access, readNames, redact }: ExplainTargetParts,
  call: Call,
): Promise<Refusal | null> => {
  const command = commands.find(call.verb);
  const input = command?.input.safeParse(mapStrings(call.input, redact));
  if (!command || command.hidden || !input?.success) return null;
  const asked = command.asks(input.data);
  if (asked.kind !== 'key') return null;
  const { grants } = await access.readAccess(call.actor, call.place);
  const rights = decideRights(grants, command.permission(input.data));
  const seen = await readNames(rights);
  if (seen.length === 0 || seen.some(({ key }) => key === asked.key)) return null;
  if (rights.kind === 'only') return explainForeignClient(asked.key, seen);
  const words = [...seen.map(({ key }) => key), ...findTiers(command, input.data, asked.key)];
  return commands.explainUnknownTarget(asked.key, findNearest(asked.key, words));
};

/** The tiers, where the command takes one in the place of the client. */
const findTiers = (command: AnyCommand, input: unknown, key: string): readonly string[] =>
  tiers.filter((tier) => {
    const fields = Object.entries(typeof input === 'object' && input !== null ? input : {});
    const other = command.input.safeParse(
      Object.fromEntries(fields.map(([field, value]) => [field, value === key ? tier : value])),
    );
    return other.success && command.asks(other.data).kind === 'tier';
  });
