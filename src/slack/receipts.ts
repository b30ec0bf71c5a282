/** What a person is told privately at once: that it was written down and where the answer comes, the answer itself, or why nothing was done. Pure. */

import { cutText } from '../blocks/escape.ts';
import { limits } from '../blocks/limit-figures.ts';
import { context, section } from '../blocks/message.ts';
import type { Place } from '../operations/call.ts';
import type { Refusal } from '../operations/refusal.ts';
import type { Receipt } from '../operations/request.ts';
import type { Reply } from './reply.ts';

const directly = 'sent to you directly, because this channel is shared with people who may not see all of it';

export const renderReceipt = (receipt: Receipt, place: Place): Reply => {
  switch (receipt.kind) {
    case 'refused':
      return renderRefusal(receipt.refusal);
    case 'started':
      return renderStarted(receipt, place);
    case 'answered':
      return renderAnswered(receipt, place);
  }
};

export const renderLine = (text: string): Reply => ({
  text: cutText(text, limits.messageText),
  blocks: [section(text)],
});

export const renderRefusal = (refusal: Refusal): Reply => renderLine(refusal.say);

const renderStarted = (
  { operation, joined, where }: Extract<Receipt, { kind: 'started' }>,
  place: Place,
): Reply => {
  const name = `*${operation.verb} ${operation.spokenId}*`;
  const state = joined ? `${name} is running already` : `${name} is under way`;
  if (operation.state !== 'open') return renderLine(`${name} is done; its card is ${toWhere(where, place)}.`);
  return renderLine(
    where === 'direct' && place.kind === 'channel'
      ? `${state}. Its card is ${directly}.`
      : `${state}. Its card comes ${toWhere(where, place)} and is kept up to date.`,
  );
};

const toWhere = (where: 'place' | 'direct', place: Place): string => {
  if (where === 'direct') return 'in your direct messages';
  return place.thread === undefined ? 'here' : 'into this thread';
};

const renderAnswered = ({ answer, where }: Extract<Receipt, { kind: 'answered' }>, place: Place): Reply => {
  // Shown here and nowhere else: neither stored nor sent by message.
  const secret =
    answer.secret === undefined ? [] : [section(`Shown once, so copy it now:\n\`${answer.secret}\``)];
  const file = answer.message.file ?? answer.file;
  if (where === 'direct' && place.kind === 'channel') {
    // A file goes there whoever reads here, so nothing is said of others.
    const text = file ? 'The answer is a file, so it is sent to you directly.' : `The answer is ${directly}.`;
    return { text, blocks: [section(text), ...secret] };
  }
  const { text, blocks } = answer.message;
  const shown = blocks.length === 0 ? [section(text)] : blocks;
  // A private line cannot carry a file.
  const whole = file ? [context('The file comes here in a message of its own.')] : [];
  const last = [...whole, ...secret];
  return { text, blocks: [...shown.slice(0, limits.messageBlocks - last.length), ...last] };
};

/** The request could not be written. */
export const storeAway: Reply = renderLine(
  'The desk cannot write down your request now, so nothing was started. Try again in a minute; if it lasts, tell whoever runs the desk: its log and `/readyz` on its admin port say what is away.',
);

/** Nobody knows yet whether it was written: Slack's patience ended first. */
export const tooSlow: Reply = renderLine(
  'The desk is slow to write down your request. You are told here as soon as it is; if you hear nothing within a minute, nothing was started: try again.',
);

export const renderBroken = (reference: string): Reply =>
  renderLine(
    `Something broke, reference *${reference}*. Nothing more is done with your request; the log has the details under that reference.`,
  );

export const foreignTeam: Reply = renderLine(
  'This workspace is not connected to this desk, so nothing was done. In a channel that you share with the team, mention the bot instead: `@acuops status &lt;client&gt;`.',
);
