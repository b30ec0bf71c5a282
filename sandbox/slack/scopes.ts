// Which scope each method wants, and with which kind of token. Read from Slack's method pages; only the methods the
// front answers are listed, and a method without a row wants none.

/** Methods whose scope hangs on the kind of conversation: public channel, private channel, direct message. */
const conversationScopes = {
  'conversations.info': 'read',
  'conversations.members': 'read',
  'conversations.list': 'read',
  'users.conversations': 'read',
  'conversations.history': 'history',
  'conversations.replies': 'history',
} as const satisfies Record<string, 'read' | 'history'>;

const methodScopes: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'conversations.open': 'im:write',
  'conversations.join': 'channels:join',
  'users.info': 'users:read',
  'users.list': 'users:read',
  'users.lookupByEmail': 'users:read.email',
  'usergroups.list': 'usergroups:read',
  'usergroups.users.list': 'usergroups:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'files.delete': 'files:write',
  'files.info': 'files:read',
  'reactions.add': 'reactions:write',
  'reactions.remove': 'reactions:write',
  'team.info': 'team:read',
  'bots.info': 'users:read',
};

export type ConversationKind = 'public' | 'private' | 'dm';
const nouns: Readonly<Record<ConversationKind, string>> = { public: 'channels', private: 'groups', dm: 'im' };

/** Every scope the table knows, and those that only widen an answer. */
export const allBotScopes: readonly string[] = [
  ...new Set(Object.values(methodScopes)),
  ...Object.values(nouns).flatMap((noun) => [`${noun}:read`, `${noun}:history`]),
  'commands',
  'app_mentions:read',
  'mpim:read',
  'mpim:history',
].filter((scope) => scope !== 'channels:join');

/** The scope a call needs; `kind` is the conversation it names, where it names one. */
export const decideScope = (method: string, kind: ConversationKind | undefined): string | undefined => {
  const depends = Object.entries(conversationScopes).find(([name]) => name === method)?.[1];
  if (depends) return `${nouns[kind ?? 'public']}:${depends}`;
  return methodScopes[method];
};
