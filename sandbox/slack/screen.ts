// The page of local-slack as a screen of the front: everything the front shows is drawn there, in order, and what a
// person does there goes through the front to the bot. The front never reads its own state back from the page.
import type { Acting } from './acting.ts';
import { appId, botName, botUserId, workspaceDomain, workspaceName } from './directory.ts';
import { type Json, readList, readObject, readText } from './json.ts';
import { type LocalSlack, startLocalSlack } from './local-slack.ts';
import type { Change } from './record.ts';
import { toScreenBlocks, toScreenWindow } from './screen-blocks.ts';
import { createScreenInput, primingCommand, type ScreenLinks } from './screen-input.ts';
import { toScreenText } from './screen-text.ts';
import { type Slack, toFilesJson } from './slack.ts';
import type { StoredEphemeral, StoredMessage, StoredView } from './stored.ts';

export interface Screen {
  readonly url: string;
  /** What local-slack delivers; answers what it is told. */
  readonly take: (body: Buffer, type: string) => Promise<unknown>;
  readonly settled: () => Promise<void>;
  readonly reset: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
export const noScreen: Screen = { url: '', take: nothing, settled: nothing, reset: nothing, stop: nothing };

/** Trigger ids of local-slack live 30 minutes; a new one is asked for well before. */
const triggerLifeMs = 20 * 60 * 1000;

const toConfig = (slack: Slack): Json => {
  const people = slack.directory.people().filter((person) => !person.isBot);
  const named = people.map((person) => {
    const isGuest = slack.directory.teamOf(person.id) !== slack.directory.teamId;
    return {
      id: person.id,
      name: person.name,
      real_name: isGuest ? `${person.name} (other workspace)` : person.name,
    };
  });
  // With them the bot's direct conversations, under the front's ids: local-slack would make its own.
  const channels = slack.directory.channels().map((channel) => ({
    id: channel.id,
    name: channel.name,
    is_im: channel.dmUserId !== undefined,
    is_channel: channel.dmUserId === undefined,
    is_private: channel.isPrivate,
    members: [...channel.memberIds],
  }));
  const app = {
    appId,
    botUserId,
    botName,
    botToken: 'screen',
    mode: 'events',
    requestUrl: `${slack.base()}/screen`,
  };
  const workspace = { name: workspaceName, domain: workspaceDomain, teamId: slack.directory.teamId };
  return { workspace, app, users: named, channels };
};

/** Which message of the page is which of the front's. */
const createLinks = () => {
  const pageOf = new Map<string, string>();
  const frontOf = new Map<string, string>();
  const echoes: string[] = [];
  let adopting: string | undefined;
  let trigger = { id: '', at: 0 };
  const link = (frontTs: string, pageTs: string): void => {
    pageOf.set(frontTs, pageTs);
    frontOf.set(pageTs, frontTs);
  };
  const links: Omit<ScreenLinks, 'painted' | 'showWindow'> = {
    toFrontTs: (pageTs) => frontOf.get(pageTs),
    isEcho: (channelId, userId, text) => {
      const at = echoes.indexOf(`${channelId} ${userId} ${text}`);
      if (at !== -1) echoes.splice(at, 1);
      return at !== -1;
    },
    adopt: (pageTs, act) => {
      adopting = pageTs;
      try {
        return act();
      } finally {
        adopting = undefined;
      }
    },
    keepTrigger: (id) => {
      trigger = { id, at: Date.now() };
    },
  };
  return {
    links,
    link,
    pageOf: (frontTs: string | undefined) => (frontTs === undefined ? undefined : pageOf.get(frontTs)),
    /** True where the message just posted came from the page itself. */
    takeAdopted: (frontTs: string): boolean => {
      if (adopting !== undefined) link(frontTs, adopting);
      return adopting !== undefined;
    },
    expectEcho: (message: StoredMessage) =>
      echoes.push(`${message.channelId} ${message.userId} ${message.text}`),
    trigger: () => (Date.now() - trigger.at < triggerLifeMs ? trigger.id : undefined),
    reset: () => {
      pageOf.clear();
      frontOf.clear();
      echoes.length = 0;
    },
  };
};

type Links = ReturnType<typeof createLinks>;

/** A form as the page draws it; `front_view_id` comes back with whatever a person does in it. */
const toScreenView = (view: StoredView, slack: Slack): Json => ({
  ...view.json,
  blocks: (view.kind === 'modal' ? toScreenWindow : toScreenBlocks)(view.blocks, slack.directory.people()),
  front_view_id: view.id,
  // The front wants to hear of every closing; whether the bot does, it knows itself.
  notify_on_close: true,
});

const createPainter = (slack: Slack, page: LocalSlack, memory: Links) => {
  const blocksOf = (blocks: readonly Json[]): readonly Json[] =>
    toScreenBlocks(blocks, slack.directory.people());

  const content = (message: StoredMessage): Json => {
    const files = toFilesJson(message.fileIds, slack).map(
      (file) => `\n:paperclip: <${String(file['url_private'])}|${String(file['name'])}>`,
    );
    return {
      text: toScreenText(message.text) + files.join(''),
      ...(message.blocks.length ? { blocks: blocksOf(message.blocks) } : {}),
    };
  };
  const threadOf = (one: { readonly threadTs?: string }): Json => {
    const threadTs = memory.pageOf(one.threadTs);
    return threadTs === undefined ? {} : { thread_ts: threadTs };
  };
  const keep = (frontTs: string, answer: Json): void => {
    const pageTs = readText(answer, 'ts') ?? readText(answer, 'message_ts');
    if (pageTs !== undefined) memory.link(frontTs, pageTs);
  };

  const postMessage = async (message: StoredMessage): Promise<void> => {
    if (message.isBot) {
      keep(
        message.ts,
        await page.call('chat.postMessage', {
          channel: message.channelId,
          ...content(message),
          ...threadOf(message),
        }),
      );
      return;
    }
    memory.expectEcho(message);
    const { channelId: channel, userId: user, text } = message;
    const answer = await page.control('message', { channel, user, text, ...threadOf(message) });
    keep(message.ts, readObject(answer, 'message') ?? {});
  };

  const postEphemeral = async (one: StoredEphemeral): Promise<void> => {
    const blocks = one.blocks.length ? { blocks: blocksOf(one.blocks) } : {};
    const args = {
      channel: one.channelId,
      user: one.userId,
      text: toScreenText(one.text),
      ...blocks,
      ...threadOf(one),
    };
    keep(one.ts, await page.call('chat.postEphemeral', args));
  };

  const change = (channel: string, ts: string, rest?: Json): Promise<unknown> => {
    const pageTs = memory.pageOf(ts);
    if (pageTs === undefined) return Promise.resolve();
    return page.call(rest ? 'chat.update' : 'chat.delete', { channel, ts: pageTs, ...rest });
  };

  const react = (method: string, message: StoredMessage, name: string): Promise<unknown> =>
    page.call(method, { channel: message.channelId, timestamp: memory.pageOf(message.ts) ?? '', name });

  const showView = async (view: StoredView): Promise<void> => {
    const json = toScreenView(view, slack);
    if (view.kind === 'home') {
      await page.call('views.publish', { user_id: view.userId, view: json });
      return;
    }
    // One form at a time on the page: always the top of the person's stack.
    if (slack.views.stack(view.userId).at(-1)?.id === view.id) await openWindow(json);
  };

  const openWindow = async (view: Json): Promise<void> => {
    if (memory.trigger() === undefined) await prime();
    await page.call('views.open', { trigger_id: memory.trigger() ?? '', view });
  };

  const hideView = async (userId: string): Promise<void> => {
    const below = slack.views.stack(userId).at(-1);
    if (below) await showView(below);
    else page.closeForm(userId);
  };

  const prime = async (): Promise<void> => {
    const person = slack.directory.people().find((one) => !one.isBot);
    const channel = slack.directory.channels()[0];
    if (!person || !channel) return;
    await page.control('command', {
      channel: channel.id,
      user: person.id,
      command: primingCommand,
      text: '',
    });
  };

  const paint = async (step: Change): Promise<unknown> => {
    switch (step.kind) {
      case 'message posted':
        return postMessage(step.message);
      case 'message updated':
        return change(step.message.channelId, step.message.ts, content(step.message));
      case 'message deleted':
        return change(step.message.channelId, step.message.ts);
      case 'ephemeral posted':
        return postEphemeral(step.ephemeral);
      case 'ephemeral updated':
        return change(step.ephemeral.channelId, step.ephemeral.ts, {
          text: toScreenText(step.ephemeral.text),
          blocks: blocksOf(step.ephemeral.blocks),
        });
      case 'ephemeral deleted':
        return change(step.ephemeral.channelId, step.ephemeral.ts);
      case 'reaction added':
        return react('reactions.add', step.message, step.name);
      case 'reaction removed':
        return react('reactions.remove', step.message, step.name);
      case 'view shown':
        return showView(step.view);
      case 'view closed':
        return hideView(step.userId);
      default:
        return step satisfies never;
    }
  };

  return {
    paint,
    openWindow: (view: Json): Promise<void> =>
      openWindow({ ...view, blocks: toScreenWindow(readList(view, 'blocks'), slack.directory.people()) }),
  };
};

/** @throws Error where this platform has no local-slack */
export const createScreen = async (slack: Slack, acting: Acting, port: number): Promise<Screen> => {
  const page = await startLocalSlack(toConfig(slack), port);
  const memory = createLinks();
  const painter = createPainter(slack, page, memory);
  let queue: Promise<unknown> = Promise.resolve();
  const enqueue = (work: () => Promise<unknown>): void => {
    queue = queue.then(work).catch((error: unknown) => {
      console.error('The page of the pretend Slack missed a change:', error);
    });
  };
  let isStopped = false;
  slack.record.watch((step) => {
    if (step.kind === 'message posted' && memory.takeAdopted(step.message.ts)) return;
    if (!isStopped) enqueue(() => painter.paint(step));
  });
  const settled = async (): Promise<void> => {
    // Painting can lead to more painting; settled is when nothing was added meanwhile.
    for (let before: unknown; before !== queue; ) {
      before = queue;
      await queue;
    }
  };
  return {
    url: page.url,
    take: createScreenInput(
      slack,
      acting,
      {
        ...memory.links,
        painted: settled,
        showWindow: (view) => enqueue(() => painter.openWindow(view)),
      },
      (view) => toScreenView(view, slack),
    ),
    settled,
    reset: async () => {
      await settled();
      memory.reset();
      await page.control('reset');
    },
    stop: async () => {
      isStopped = true;
      await settled();
      await page.stop();
    },
  };
};
