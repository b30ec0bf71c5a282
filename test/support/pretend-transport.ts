/** Slack as a card's sender meets it, in memory: keeps messages and files, and does what a test put on `next` instead of what was asked. */
import type { CardTransport, FindResult, PostResult } from '../../src/operations/card.ts';
import type { Message } from '../../src/operations/message.ts';

interface Shown {
  readonly channel: string;
  readonly ts: string;
  text: string;
  readonly card: string;
}

export const createPretendTransport = () => {
  const shown: Shown[] = [];
  const files: string[] = [];
  const next: ((act: () => PostResult) => PostResult | Promise<PostResult>)[] = [];
  const state = { readable: true, finds: 0, posts: 0, updates: 0 };
  let ts = 1_000;
  const meet = async (act: () => PostResult): Promise<PostResult> =>
    (next.shift() ?? ((does) => does()))(act);
  const show = (channel: string, message: Message, card: string): PostResult => {
    ts += 1;
    shown.push({ channel, ts: String(ts), text: message.text, card });
    return { kind: 'posted', channel, ts: String(ts) };
  };
  const transport: CardTransport = {
    post: (place, message, metadata) => {
      state.posts += 1;
      return meet(() => show(place.channel.replace('direct:', 'D-'), message, metadata.card));
    },
    update: (posted, message) => {
      state.updates += 1;
      return meet(() => {
        const found = shown.find((one) => one.ts === posted.ts);
        if (!found) return { kind: 'refused', why: 'gone', say: 'message_not_found' };
        found.text = message.blocks.length === 0 ? `plain: ${message.text}` : message.text;
        return { kind: 'posted', ...posted };
      });
    },
    find: (_place, cardId): Promise<FindResult> => {
      state.finds += 1;
      if (!state.readable) return Promise.resolve({ kind: 'unreadable', say: 'missing_scope' });
      const messages = shown.filter((one) => one.card === cardId);
      return Promise.resolve({
        kind: 'found',
        messages: messages.map(({ channel, ts: at }) => ({ channel, ts: at })),
      });
    },
    remove: (posted) => {
      shown.splice(
        shown.findIndex((one) => one.ts === posted.ts),
        1,
      );
      return Promise.resolve();
    },
    upload: ({ channel, ts: at }, file) =>
      meet(() => {
        files.push(file.name);
        return { kind: 'posted', channel, ts: at };
      }),
    removeFile: (_card, name) => {
      files.splice(0, files.length, ...files.filter((one) => one !== name));
      return Promise.resolve(null);
    },
    findFile: (_card, name) => Promise.resolve(files.includes(name) ? 'there' : 'absent'),
  };
  return { transport, shown, files, next, state, show };
};
