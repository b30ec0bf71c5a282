/** `approval-reminder`: at half time of a question, and when it is asked anew, a message of its own, since an edited card wakes nobody. Asked by the desk itself only. */
import { z } from 'zod';
import { escapeShort } from '../../blocks/escape.ts';
import { type RenderedMessage, renderMessage, section } from '../../blocks/message.ts';
import { renderGroup } from '../../blocks/person.ts';
import { renderDate, sayWallTime } from '../../blocks/time.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { Instant } from '../../operations/instant.ts';
import { toCode } from '../../operations/words.ts';

export const ReminderInput = z.strictObject({
  /** Spoken id of what waits. */
  operation: z.string().max(20),
  client: z.string().max(200),
  environment: z.enum(['production', 'staging']),
  missing: z.int().min(1),
  expiresAt: z.iso.datetime(),
  groups: z.array(z.string().regex(/^S[A-Z0-9]{2,}$/u)).max(5),
  isAnew: z.boolean().default(false),
});
export type ReminderInput = z.infer<typeof ReminderInput>;

export const defineApprovalReminder = (): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'approval-reminder',
    aliases: [],
    hidden: true,
    summary: 'Remind of a question that waits for people',
    words: { positionals: [], flags: {} },
    example: 'approval-reminder',
    input: ReminderInput,
    permission: () => 'tend',
    effect: 'none',
    readers: 'team',
    asks: () => ({ kind: 'desk' }),
    joinKey: () => null,
    firstStep: 'tell',
    deadlineMs: null,
    steps: { tell: async () => ({ kind: 'done', result: null, exit: 0 }) },
    render: async ({ operation, zone, now }) =>
      renderReminder(ReminderInput.parse(operation.input), { zone, now }),
    toJson: ({ input }) => input,
  });

const renderReminder = (
  { operation, client, environment, missing, expiresAt, groups, isAnew }: ReminderInput,
  { zone, now }: { readonly zone: string; readonly now: Date },
): RenderedMessage => {
  const until = Instant.decode(expiresAt);
  const approvals = `${missing} ${missing === 1 ? 'approval' : 'approvals'}`;
  const how = isAnew
    ? `changed since it was approved and waits anew for ${approvals}`
    : `still waits for ${approvals}`;
  const what = `Deploy of ${escapeShort(client, 60)}, ${environment}, ${how}`;
  const who = groups.map(renderGroup).join(' ');
  return renderMessage(`${what} until ${sayWallTime(until, zone, now)}`, [
    section(
      `🔔 ${who === '' ? '' : `${who} `}*${what}* until ${renderDate(until, zone)}, then it is a no. Its card is ${toCode(operation)}, above and in your direct messages.`,
    ),
  ]);
};
