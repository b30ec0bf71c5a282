/** What the bot's token must be allowed, and why. `manifest.yaml` asks for exactly these; doctor compares. */
export const scopeReasons: Readonly<Record<string, string>> = {
  commands: 'to be asked by `/acuops`',
  'app_mentions:read': 'to be asked by a mention, also in threads, where slash commands do not work',
  'chat:write': 'to post and edit cards',
  'files:write': 'to add the file of a card that is too large for one message',
  'channels:read': 'to know whether a public channel is shared with outsiders',
  'groups:read': 'to know whether a private channel is shared with outsiders',
  'im:read': 'to know that a direct message is one',
  'mpim:read': 'to know who reads a group message',
  'channels:history': 'to find a card whose posting was not confirmed, in a public channel',
  'groups:history': 'to find a card whose posting was not confirmed, in a private channel',
  'im:history': 'to find a card whose posting was not confirmed, in a direct message',
  'mpim:history': 'to find a card whose posting was not confirmed, in a group message',
  'im:write': 'to answer a person directly where the channel may not see it',
  'usergroups:read': 'to know who is on call by user group',
};

export const botScopes: readonly string[] = Object.keys(scopeReasons);
