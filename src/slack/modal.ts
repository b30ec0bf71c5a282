/** Our windows as Slack wants them, and the memo in them that says where they were opened: opaque ids, read back and checked. */
import type { types } from '@slack/bolt';
import { z } from 'zod';
import { limits } from '../blocks/limit-figures.ts';
import { plain, section } from '../blocks/message.ts';
import type { Click, Modal } from '../operations/action.ts';
import { type Reply, toKnownBlocks } from './reply.ts';

const Memo = z.object({
  channel: z.string().min(1).max(64),
  thread: z.string().max(64).optional(),
  card: z.object({ id: z.string().min(1).max(64), version: z.int().min(0) }).optional(),
  memo: z.string().max(2_000),
});
export type Memo = z.infer<typeof Memo>;

/** Null for windows that we did not make. */
export const readMemo = (privateMetadata: string | undefined): Memo | null => {
  try {
    const memo = Memo.safeParse(JSON.parse(privateMetadata ?? ''));
    return memo.success ? memo.data : null;
  } catch {
    return null;
  }
};

const writeMemo = (click: Click, memo: string): string => {
  const { channel, thread } = click.place;
  const written: Memo = { channel, card: click.card, memo, ...(thread === undefined ? {} : { thread }) };
  return JSON.stringify(written);
};

const close = plain('Close', limits.viewTitle);

const toSlackView = (title: string, blocks: readonly object[], metadata: string): types.ModalView => ({
  type: 'modal',
  title: plain(title, limits.viewTitle),
  close,
  blocks: toKnownBlocks(blocks),
  private_metadata: metadata,
});

/** Opened at once: Slack gives three seconds, and what it will show may take longer. */
export const renderPlaceholder = (title: string, click: Click): types.ModalView =>
  toSlackView(title, [section('One moment…')], writeMemo(click, ''));

/** A view of a command's own; where it was opened is added, its own memo kept. */
export const renderModal = (modal: Modal, click: Click): types.ModalView => {
  const view = modal.view as types.ModalView;
  return { ...view, private_metadata: writeMemo(click, view.private_metadata ?? '') };
};

/** A private answer as a window of its own. */
export const renderReplyModal = (title: string, reply: Reply): types.ModalView =>
  toSlackView(
    title,
    reply.blocks.length > 0 ? reply.blocks.slice(0, limits.viewBlocks) : [section(reply.text)],
    '',
  );
