/** Who we are in the workspace, asked once: a token that Slack refuses is a fault of configuration, a Slack that is away is not. */
import { AcuopsError } from '../errors.ts';
import type { Log } from './log.ts';
import type { WebClient } from './slack-clients.ts';
import { readSlackFailure } from './slack-failure.ts';

export interface SlackIdentity {
  readonly teamId: string;
  readonly teamName: string;
  readonly botId: string;
  readonly botUserId: string;
}

export interface Identity {
  /** @throws AcuopsError `config` for a refused token, `slack` where Slack does not answer; asked again at the next call. */
  readonly read: () => Promise<SlackIdentity>;
  /** The same, but a Slack that is away is logged and asked again when needed. */
  readonly readAtStart: (log: Log) => Promise<void>;
}

export const createIdentity = (client: WebClient): Identity => {
  let known: Promise<SlackIdentity> | null = null;
  const read = (): Promise<SlackIdentity> => {
    known ??= ask(client).catch((error: unknown) => {
      known = null;
      throw toError(error);
    });
    return known;
  };
  return {
    read,
    readAtStart: async (log) => {
      try {
        await read();
      } catch (error) {
        if (error instanceof AcuopsError && error.code === 'config') throw error;
        log('warn', 'Slack does not answer; the desk starts without knowing its own name', { error });
      }
    },
  };
};

const ask = async (client: WebClient): Promise<SlackIdentity> => {
  const answer = await client.auth.test();
  const { team_id: teamId, team, bot_id: botId, user_id: botUserId } = answer;
  if (!teamId || !botId || !botUserId)
    throw new AcuopsError({
      code: 'config',
      message: `auth.test names no bot: team ${teamId ?? '-'}, bot ${botId ?? '-'}, user ${botUserId ?? '-'}`,
      say: 'SLACK_BOT_TOKEN belongs to no bot. Use the token that begins with xoxb-.',
    });
  return { teamId, teamName: team ?? '', botId, botUserId };
};

const toError = (error: unknown): AcuopsError => {
  if (error instanceof AcuopsError) return error;
  const failure = readSlackFailure(error);
  return failure.kind === 'refused'
    ? new AcuopsError({
        code: 'config',
        message: `Slack refuses SLACK_BOT_TOKEN: ${failure.error}`,
        say: `Slack refuses the bot token (${failure.error}). Install the app again and set SLACK_BOT_TOKEN.`,
        cause: error,
      })
    : new AcuopsError({
        code: 'slack',
        message: 'auth.test was not answered',
        say: 'Slack does not answer. Try again in a minute.',
        retryable: true,
        cause: error,
      });
};
