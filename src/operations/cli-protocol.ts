/** What the CLI and the desk say to each other over HTTP or the socket. Both sides check what they receive against these schemas. */
import { z } from 'zod';
import type { Json } from './json.ts';

export const cliRoot = '/cli/v1';

const SpokenId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{6}$/u);
const Exit = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const JsonValue = z.json() as z.ZodType<Json>;

/** Options that the command line itself takes, beside those of the verbs. */
export const terminalFlags = ['json', 'timeout', 'help'] as const;

/** Longer than any command line a person types, short enough to be judged at once. */
const longestWord = 8_000;
const mostWords = 200;

export const CliCall = z.strictObject({
  words: z.array(z.string().max(longestWord)).min(1).max(mostWords),
  /** The same key on every try of one wish: a second delivery finds the first one's operation. */
  key: z.uuid(),
  /** True where only `data` will be looked at: `text` comes back empty. */
  json: z.boolean(),
});
export type CliCall = z.infer<typeof CliCall>;

export const CliAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    operation: SpokenId,
    exit: Exit,
    text: z.string(),
    data: JsonValue,
    /** Given once; the same call again does not bring it back. */
    secret: z.string().optional(),
  }),
  z.object({
    kind: z.literal('started'),
    operation: SpokenId,
    /** Somebody else's running operation of the same scope is followed. */
    joined: z.boolean(),
    exit: z.null(),
    text: z.string(),
    data: JsonValue,
  }),
  z.object({
    kind: z.literal('refused'),
    operation: SpokenId.nullable(),
    exit: Exit,
    text: z.string(),
    data: z.object({ refused: z.string(), say: z.string() }),
  }),
]);
export type CliAnswer = z.infer<typeof CliAnswer>;

export const CliPicture = z.object({
  operation: SpokenId,
  state: z.enum(['open', 'done', 'refused', 'failed']),
  exit: Exit.nullable(),
  text: z.string(),
  data: JsonValue,
});
export type CliPicture = z.infer<typeof CliPicture>;

/** What can be asked from a terminal. `usage` and `example` begin with the verb. */
export const CliHelp = z.object({
  commands: z.array(
    z.object({
      verb: z.string(),
      aliases: z.array(z.string()),
      usage: z.string(),
      summary: z.string(),
      example: z.string(),
    }),
  ),
});
export type CliHelp = z.infer<typeof CliHelp>;

/** Every answer that is not 200: a code for programs, a sentence for people. */
export const CliFault = z.object({ error: z.string(), say: z.string() });
export type CliFault = z.infer<typeof CliFault>;

/** Proxies in between give up on a silent connection after 30 to 60 s. */
export const longestWaitMs = 25_000;

export const isSpokenId = (text: string): boolean => SpokenId.safeParse(text).success;
