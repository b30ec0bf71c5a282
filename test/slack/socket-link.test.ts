/** The one connection by socket, with Slack's own client. */
import { SocketModeReceiver } from '@slack/bolt';
import { afterEach, expect, it } from 'vitest';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import { toBoltLogger } from '../../src/slack/log.ts';
import { toClientOptions } from '../../src/slack/slack-clients.ts';
import { createSocketLink, type SocketLink } from '../../src/slack/socket-link.ts';
import { eventually, world } from './desk.ts';

let front: SlackFront | null = null;
let link: SocketLink | null = null;
afterEach(async () => {
  await link?.stop();
  await front?.stop();
});

it('leaves no listener behind at starts that fail, nor at connections that end', async () => {
  front = await createSlackFront({ mode: 'socket', world, page: false });
  const { client } = new SocketModeReceiver({
    appToken: front.appToken,
    autoReconnectEnabled: false,
    logger: toBoltLogger(() => undefined),
    installerOptions: {
      clientOptions: toClientOptions({ apiUrl: front.apiUrl, log: () => undefined }, 1_000),
    },
  });
  front.faults.serverError('apps.connections.open', { times: 2 });
  const opened = (link = createSocketLink(client, () => undefined));
  const before = client.listenerCount('disconnected');
  await opened.start();
  expect(front.faults.pending()).toBe(0);
  expect(client.listenerCount('disconnected')).toBe(before + 1);
  front.faults.dropSockets();
  await eventually(() => front?.calls('apps.connections.open').length === 4 && opened.isConnected());
  expect(client.listenerCount('disconnected')).toBe(before + 1);
  await opened.stop();
  expect(client.listenerCount('disconnected')).toBe(before);
});
