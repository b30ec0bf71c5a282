// The front's own memory of what Slack shows: messages, ephemerals, files. It keeps and tells who watches (the page);
// it never judges whether a change is allowed.
import type { ApiCall, StoredEphemeral, StoredFile, StoredMessage, StoredView } from './stored.ts';

export type Change =
  | {
      readonly kind: 'message posted' | 'message updated' | 'message deleted';
      readonly message: StoredMessage;
    }
  | {
      readonly kind: 'ephemeral posted' | 'ephemeral updated' | 'ephemeral deleted';
      readonly ephemeral: StoredEphemeral;
    }
  | {
      readonly kind: 'reaction added' | 'reaction removed';
      readonly message: StoredMessage;
      readonly name: string;
    }
  | { readonly kind: 'view shown'; readonly view: StoredView; readonly how: 'open' | 'push' | 'update' }
  | { readonly kind: 'view closed'; readonly userId: string };

export interface SlackRecord {
  readonly messages: (channelId: string) => readonly StoredMessage[];
  readonly message: (channelId: string, ts: string) => StoredMessage | undefined;
  /** The replies of a thread without its root, oldest first; known without looking through the channel. */
  readonly replies: (channelId: string, rootTs: string) => readonly StoredMessage[];
  readonly post: (message: StoredMessage) => StoredMessage;
  /** Keeps the message in the place of the one with its ts. */
  readonly replace: (message: StoredMessage) => StoredMessage;
  readonly remove: (message: StoredMessage) => void;
  readonly react: (message: StoredMessage, name: string, userId: string, isOn: boolean) => void;
  readonly ephemerals: (userId: string) => readonly StoredEphemeral[];
  readonly ephemeral: (userId: string, ts: string) => StoredEphemeral | undefined;
  readonly postEphemeral: (ephemeral: StoredEphemeral) => StoredEphemeral;
  readonly updateEphemeral: (ephemeral: StoredEphemeral, patch: Partial<StoredEphemeral>) => void;
  readonly removeEphemeral: (ephemeral: StoredEphemeral) => void;
  readonly files: () => readonly StoredFile[];
  readonly file: (id: string) => StoredFile | undefined;
  readonly keepFile: (file: StoredFile) => void;
  readonly dropFile: (id: string) => void;
  readonly calls: () => readonly ApiCall[];
  /** Notes a call; the function returned completes it with what was answered. */
  readonly noteCall: (call: ApiCall) => (outcome: Pick<ApiCall, 'status' | 'ok' | 'error'>) => void;
  readonly watch: (watcher: (change: Change) => void) => void;
  readonly tell: (change: Change) => void;
  readonly reset: () => void;
}

export const createRecord = (): SlackRecord => {
  const messages = new Map<string, Map<string, StoredMessage>>();
  const threads = new Map<string, Map<string, StoredMessage>>();
  const ephemerals = new Map<string, StoredEphemeral>();
  const files = new Map<string, StoredFile>();
  const calls: ApiCall[] = [];
  const watchers: ((change: Change) => void)[] = [];
  const tell = (change: Change): void => {
    for (const watcher of watchers) watcher(change);
  };
  const keep = (message: StoredMessage): StoredMessage => {
    const channel = messages.get(message.channelId) ?? new Map<string, StoredMessage>();
    messages.set(message.channelId, channel.set(message.ts, message));
    if (message.threadTs !== undefined) {
      const key = `${message.channelId} ${message.threadTs}`;
      const thread = threads.get(key) ?? new Map<string, StoredMessage>();
      threads.set(key, thread.set(message.ts, message));
    }
    return message;
  };
  const keyOf = (one: { userId: string; ts: string }): string => `${one.userId} ${one.ts}`;

  return {
    messages: (channelId) => [...(messages.get(channelId)?.values() ?? [])],
    message: (channelId, ts) => messages.get(channelId)?.get(ts),
    replies: (channelId, rootTs) => [...(threads.get(`${channelId} ${rootTs}`)?.values() ?? [])],
    post: (message) => {
      keep(message);
      tell({ kind: 'message posted', message });
      return message;
    },
    replace: (message) => {
      keep(message);
      tell({ kind: 'message updated', message });
      return message;
    },
    remove: (message) => {
      messages.get(message.channelId)?.delete(message.ts);
      threads.get(`${message.channelId} ${message.threadTs ?? ''}`)?.delete(message.ts);
      tell({ kind: 'message deleted', message });
    },
    react: (message, name, userId, isOn) => {
      const others = message.reactions.filter((reaction) => reaction.name !== name);
      const before = message.reactions.find((reaction) => reaction.name === name)?.userIds ?? [];
      const userIds = isOn ? [...before, userId] : before.filter((id) => id !== userId);
      const changed = keep({
        ...message,
        reactions: userIds.length ? [...others, { name, userIds }] : others,
      });
      tell({ kind: isOn ? 'reaction added' : 'reaction removed', message: changed, name });
    },
    ephemerals: (userId) => [...ephemerals.values()].filter((one) => one.userId === userId),
    ephemeral: (userId, ts) => ephemerals.get(keyOf({ userId, ts })),
    postEphemeral: (ephemeral) => {
      ephemerals.set(keyOf(ephemeral), ephemeral);
      tell({ kind: 'ephemeral posted', ephemeral });
      return ephemeral;
    },
    updateEphemeral: (ephemeral, patch) => {
      const changed = { ...ephemeral, ...patch };
      ephemerals.set(keyOf(ephemeral), changed);
      tell({ kind: 'ephemeral updated', ephemeral: changed });
    },
    removeEphemeral: (ephemeral) => {
      ephemerals.delete(keyOf(ephemeral));
      tell({ kind: 'ephemeral deleted', ephemeral });
    },
    files: () => [...files.values()],
    file: (id) => files.get(id),
    keepFile: (file) => {
      files.set(file.id, file);
    },
    dropFile: (id) => void files.delete(id),
    calls: () => [...calls],
    noteCall: (call) => {
      const at = calls.push(call) - 1;
      return (outcome) => {
        // After a reset the place may belong to another call, or to none.
        if (calls[at] === call) calls[at] = { ...call, ...outcome };
      };
    },
    watch: (watcher) => {
      watchers.push(watcher);
    },
    tell,
    reset: () => {
      messages.clear();
      threads.clear();
      ephemerals.clear();
      files.clear();
      calls.length = 0;
    },
  };
};
