/** A delivery that came before gets the first one's answer again, without its secret; it writes nothing. */
import { readAnswer } from './answer-now.ts';
import { type Call, formatActor } from './call.ts';
import type { AnyCommand } from './command.ts';
import { type DenialReason, explainDenial } from './denial.ts';
import type { Json } from './json.ts';
import type { Delivery } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type Refusal, type RefusalReason, refuse } from './refusal.ts';

export const replay = (command: AnyCommand, call: Call, earlier: Delivery): Receipt => {
  const { operation, where } = earlier;
  // Keys of terminals are chosen by people: somebody else's answer is not handed out for knowing the key.
  if (earlier.actor !== formatActor(call.actor) || earlier.verb !== command.verb)
    return toRefused(refuse('conflict', 'That request was another one. Ask again with a new key.'));
  if (operation === null)
    return toRefused(explainDenial(readText(earlier.detail, 'reason') as DenialReason, call, command));
  if (command.kind === 'long')
    return { kind: 'started', operation, joined: earlier.event === 'joined', where };
  const stored = readAnswer(operation);
  if (operation.state === 'refused' || !stored?.message)
    return { kind: 'refused', refusal: readRefusal(stored?.data ?? null), operation };
  return {
    kind: 'answered',
    operation,
    answer: {
      kind: 'answer',
      message: stored.message,
      data: stored.data,
      exit: operation.exit ?? 0,
      ...(stored.file === undefined ? {} : { file: stored.file }),
    },
    where,
  };
};

const toRefused = (refusal: Refusal): Receipt => ({ kind: 'refused', refusal, operation: null });

const readRefusal = (data: Json): Refusal =>
  refuse(
    (readText(data, 'refused') ?? 'conflict') as RefusalReason,
    readText(data, 'say') ?? 'This was already answered.',
  );

const readText = (value: Json, name: string): string | null => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const found = (value as { readonly [key: string]: Json })[name];
  return typeof found === 'string' ? found : null;
};
