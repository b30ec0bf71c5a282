/** The one door for everything that is asked: access, then operation and audit row together or not at all, then the answer. Edges acknowledge only after it. */
import { isTaken } from '../errors.ts';
import { decideAccess } from '../policy/access.ts';
import { type AdmitParts, type Admitted, toAuditHead, toRecordable } from './admitted.ts';
import { answerNow } from './answer-now.ts';
import type { Call } from './call.ts';
import type { AnyCommand, Permission } from './command.ts';
import { type DenialReason, explainDenial } from './denial.ts';
import { mapStrings } from './map-strings.ts';
import { mayRead } from './may-read.ts';
import type { Access, AccessReader } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type Refusal, refuse } from './refusal.ts';
import { replay } from './replay.ts';
import { addRows } from './row-file.ts';
import { startAlone, startOrJoin } from './start-operation.ts';
import type { Tx } from './tx.ts';
import { type CommandList, parseInput } from './words.ts';

export type { Receipt } from './receipt.ts';

export interface RequestDoor {
  /** @throws AcuopsError `store-unavailable` where Postgres is away; nothing was recorded then. */
  readonly request: (call: Call) => Promise<Receipt>;
}

export interface RequestParts extends AdmitParts {
  readonly commands: CommandList;
  readonly access: AccessReader;
  /** Told after commit; a hint only, never awaited. */
  readonly hint: (operationId: string) => void;
}

export const createRequestDoor = (parts: RequestParts): RequestDoor => ({
  request: async (call) => {
    const clean = (text: string) => parts.redact(toStorable(text));
    const command = parts.commands.find(call.verb);
    if (!command || !isThere(command, call))
      return { kind: 'refused', refusal: parts.commands.explainUnknown(clean(call.verb)), operation: null };
    const wrongPlace = checkPlace(command, call);
    if (wrongPlace) return { kind: 'refused', refusal: wrongPlace, operation: null };
    const input = parseInput(command, mapStrings(call.input, clean));
    if (input.kind === 'refused') return { kind: 'refused', refusal: input, operation: null };
    const receipt = await admit(parts, call, command, input.value);
    if (receipt.kind === 'started') parts.hint(receipt.operation.id);
    // In Slack the file comes with the card.
    return call.via === 'slack' ? receipt : addRows(command, receipt);
  },
});

/** Postgres takes neither NUL nor half a surrogate pair, and nobody can read them. */
const toStorable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** Whether the command exists at all for what asks. */
const isThere = (command: AnyCommand, call: Call): boolean =>
  (!command.hidden || call.via === 'timer') && (command.only !== 'button' || isPressed(call));

/** Only Slack has buttons; what is typed there names no card. */
const isPressed = ({ via, card, pressed }: Call): boolean =>
  via === 'slack' && (card !== undefined || pressed !== undefined);

const checkPlace = (command: AnyCommand, call: Call): Refusal | null => {
  if (command.only === 'slack' && call.via !== 'slack')
    return refuse('slack-only', `\`${command.verb}\` works in Slack only.`);
  if (command.only === 'terminal' && call.via === 'slack')
    return refuse(
      'terminal-only',
      `\`${command.verb}\` works in a terminal only: \`npm run acuops -- ${command.example}\`.`,
    );
  return null;
};

/** Whoever was put out of a group a moment ago decides and administers nothing any more. */
const isFreshFor = (permission: Permission): boolean =>
  permission === 'decide' || permission === 'administer';

const admit = async (
  parts: RequestParts,
  call: Call,
  command: AnyCommand,
  input: unknown,
): Promise<Receipt> => {
  // Read before the transaction: it may ask Slack, and a transaction must not wait for Slack.
  const permission = command.permission(input);
  const access = await parts.access.readAccess(
    call.actor,
    call.place,
    isFreshFor(permission) ? { freshFor: permission } : {},
  );
  const request: Request = { parts, call, command, input, access };
  // Nearly every request changes nothing but its own record, which is one statement and needs no transaction.
  const quick = command.effect === 'none' && !call.card;
  return (
    (quick ? await parts.store.untied((tx) => admitAlone(request, tx)) : null) ??
    parts.store.transact((tx) => admitInOrder(request, tx))
  );
};

interface Request {
  readonly parts: RequestParts;
  readonly call: Call;
  readonly command: AnyCommand;
  readonly input: unknown;
  readonly access: Access;
}

/** null, and nothing written, where something is in the way: a delivery that came before, an operation to join, a target that is not there. */
const admitAlone = async (request: Request, tx: Tx): Promise<Receipt | null> => {
  try {
    const decided = await decide(request, tx);
    if (decided.kind === 'denied') return await recordDenial(request, tx, decided);
    if (decided.kind === 'unknown') return null;
    const { command } = request;
    return command.kind === 'now'
      ? await answerNow(decided.admitted, command)
      : await startAlone(decided.admitted, command);
  } catch (error) {
    if (isTaken(error)) return null;
    throw error;
  }
};

/** Deliveries of one key pass one after another, and a later one gets the first one's answer. */
const admitInOrder = async (request: Request, tx: Tx): Promise<Receipt> => {
  const { parts, call, command } = request;
  const earlier = await parts.store.findDelivery(tx, call.deliveryKey);
  if (earlier) return replay(command, call, earlier);
  const decided = await decide(request, tx);
  if (decided.kind === 'denied') return recordDenial(request, tx, decided);
  if (decided.kind === 'unknown')
    return { kind: 'refused', refusal: parts.commands.explainUnknownTarget(decided.key), operation: null };
  return command.kind === 'now'
    ? answerNow(decided.admitted, command)
    : startOrJoin(decided.admitted, command);
};

type Decided =
  | { readonly kind: 'admitted'; readonly admitted: Admitted }
  | { readonly kind: 'denied'; readonly reason: DenialReason; readonly targetId: string | null }
  | { readonly kind: 'unknown'; readonly key: string };

const decide = async ({ parts, call, command, input, access }: Request, tx: Tx): Promise<Decided> => {
  const asked = command.asks(input);
  const targetId = asked.kind === 'key' ? await parts.store.resolveTarget(tx, asked.key) : null;
  const permission = command.permission(input);
  const decision = decideAccess({ ...access, permission, asked, targetId });
  if (decision.kind === 'deny') return { kind: 'denied', reason: decision.reason, targetId };
  if (asked.kind === 'key' && decision.targetId === null) return { kind: 'unknown', key: asked.key };
  const { scope } = decision;
  const where = mayRead(command, access.audience) ? decision.where : 'direct';
  return {
    kind: 'admitted',
    admitted: { parts, call, tx, input, scope, targetId: decision.targetId, where, ...access },
  };
};

const recordDenial = async (
  { parts, call, command, input }: Request,
  tx: Tx,
  { reason, targetId }: Extract<Decided, { kind: 'denied' }>,
): Promise<Receipt> => {
  await parts.store.appendAudit(tx, {
    ...toAuditHead(call, command),
    event: 'denied',
    operationId: null,
    targetId,
    detail: { reason, input: toRecordable(command, input) },
  });
  return { kind: 'refused', refusal: explainDenial(reason, call, command), operation: null };
};
