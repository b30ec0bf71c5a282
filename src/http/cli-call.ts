/** One call from a terminal: words to the request door, its receipt to the wire. Who calls is settled before. */
import { type Actor, type Call, formatActor } from '../operations/call.ts';
import { type CliAnswer, type CliCall, terminalFlags } from '../operations/cli-protocol.ts';
import type { Operation } from '../operations/operation.ts';
import { type Refusal, toExitCode } from '../operations/refusal.ts';
import type { Receipt, RequestDoor } from '../operations/request.ts';
import { type CommandList, parseWords } from '../operations/words.ts';
import { type PlainText, toTerminalSay, toTerminalText } from './cli-text.ts';

export interface Caller {
  readonly actor: Actor;
  readonly via: 'http' | 'socket';
}

export interface CallParts {
  readonly door: RequestDoor;
  readonly commands: CommandList;
  readonly plain: PlainText;
}

export const answerCall = async (parts: CallParts, caller: Caller, call: CliCall): Promise<CliAnswer> => {
  const [verb = '', ...rest] = call.words;
  const command = parts.commands.findTyped(verb);
  // An unknown verb goes on as it is: the door has the sentence for it.
  const input = command ? parseWords(command, rest, terminalFlags) : ({ kind: 'parsed', value: {} } as const);
  if (input.kind === 'refused') return toRefused(input, null, parts.plain);
  const receipt = await parts.door.request(toCall(caller, call.key, command?.verb ?? verb, input.value));
  return toAnswer(receipt, call.json, parts.plain);
};

const toCall = ({ actor, via }: Caller, key: string, verb: string, input: unknown): Call => ({
  deliveryKey: `cli:${formatActor(actor)}:${key.toLowerCase()}`,
  via,
  actor,
  place: { kind: 'terminal', team: actor.team, channel: 'terminal' },
  verb,
  input,
});

const toAnswer = (receipt: Receipt, json: boolean, plain: PlainText): CliAnswer => {
  switch (receipt.kind) {
    case 'refused':
      return toRefused(receipt.refusal, receipt.operation, plain);
    case 'started': {
      const { operation, joined } = receipt;
      const text = joined
        ? `Joined operation ${operation.spokenId}, which runs already.`
        : `Started operation ${operation.spokenId}.`;
      return { kind: 'started', operation: operation.spokenId, joined, exit: null, text, data: null };
    }
    case 'answered': {
      const { operation, answer } = receipt;
      return {
        kind: 'answered',
        operation: operation.spokenId,
        exit: answer.exit,
        text: json ? '' : toTerminalText(answer.message, plain),
        data: answer.data,
        ...(answer.secret === undefined ? {} : { secret: answer.secret }),
      };
    }
  }
};

const toRefused = (refusal: Refusal, operation: Operation | null, plain: PlainText): CliAnswer => {
  const say = toTerminalSay(refusal.say, plain);
  return {
    kind: 'refused',
    operation: operation?.spokenId ?? null,
    exit: toExitCode(refusal.reason),
    text: say,
    data: { refused: refusal.reason, say },
  };
};
