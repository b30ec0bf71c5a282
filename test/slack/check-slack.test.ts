import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createSlackFront, type SlackFront } from '../../sandbox/slack/front.ts';
import { checkSlack } from '../../src/slack/check-slack.ts';
import { commandName } from '../../src/slack/receive-command.ts';
import { botScopes } from '../../src/slack/scopes.ts';
import { world } from './desk.ts';

const Manifest = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string(), url: z.string() })) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    socket_mode_enabled: z.literal(true),
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
  }),
});

describe('the manifest', () => {
  it('asks for exactly the scopes the code names, its one command and its one event', async () => {
    const text = await readFile(new URL('../../manifest.yaml', import.meta.url), 'utf8');
    const manifest = Manifest.parse(parse(text));
    expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...botScopes].toSorted());
    expect(manifest.features.slash_commands.map((one) => one.command)).toEqual([commandName]);
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(['app_mention']);
  });
});

describe('doctor’s questions to Slack', () => {
  let front: SlackFront;
  beforeEach(async () => {
    front = await createSlackFront({ mode: 'http', page: false, world: { ...world, botScopes } });
  });
  afterEach(() => front.stop());
  const check = (set: Partial<Parameters<typeof checkSlack>[0]> = {}) =>
    checkSlack({
      botToken: front.botToken,
      appToken: front.appToken,
      apiUrl: front.apiUrl,
      log: () => undefined,
      now: () => new Date(),
      ...set,
    });
  const states = async (...args: Parameters<typeof check>) =>
    Object.fromEntries((await check(...args)).map((one) => [one.name, one.state]));

  it('pass where all is well', async () => {
    expect(await states()).toEqual({
      'slack token': 'pass',
      'slack scopes': 'pass',
      'slack clock': 'pass',
      'slack app token': 'pass',
    });
  });

  it('name a missing scope and what it is for', async () => {
    await front.stop();
    const few = botScopes.filter((scope) => scope !== 'groups:history');
    front = await createSlackFront({ mode: 'http', page: false, world: { ...world, botScopes: few } });
    const found = (await check()).find((one) => one.name === 'slack scopes');
    expect(found?.state).toBe('fail');
    expect(found?.say).toMatch(/`groups:history` \(to find a card .*private channel\).*manifest\.yaml/u);
  });

  it('see a clock that is off', async () => {
    expect((await states({ now: () => new Date(Date.now() + 200_000) }))['slack clock']).toBe('warn');
    expect((await states({ now: () => new Date(Date.now() - 400_000) }))['slack clock']).toBe('fail');
  });

  it('tell a wrong token from a Slack that is away', async () => {
    expect(await states({ botToken: 'xoxb-wrong', appToken: 'xapp-wrong' })).toEqual({
      'slack token': 'fail',
      'slack app token': 'fail',
    });
    front.faults.serverError('*', { times: 2 });
    expect(await states()).toEqual({ 'slack token': 'unknown', 'slack app token': 'unknown' });
  });
});
