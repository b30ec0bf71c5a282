/** What the request door hands back: told at once to whoever asked. */
import type { Answer } from './command.ts';
import type { Operation } from './operation.ts';
import type { Refusal } from './refusal.ts';

export type Receipt =
  | {
      readonly kind: 'answered';
      readonly operation: Operation;
      readonly answer: Answer;
      readonly where: 'place' | 'direct';
    }
  | {
      readonly kind: 'started';
      readonly operation: Operation;
      readonly joined: boolean;
      readonly where: 'place' | 'direct';
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly operation: Operation | null };
