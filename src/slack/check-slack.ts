/** What doctor asks of Slack: tokens, scopes, team and clock. Every finding names what is wrong and how to mend it. */
import { webApi } from '@slack/bolt';
import { scopeReasons } from './scopes.ts';
import { type ClientSettings, toClientOptions } from './slack-clients.ts';
import { explainRefusal, readSlackFailure } from './slack-failure.ts';

export interface SlackCheck {
  readonly name: 'slack token' | 'slack scopes' | 'slack clock' | 'slack app token';
  readonly state: 'pass' | 'warn' | 'fail' | 'unknown';
  readonly say: string;
}

export interface CheckSlackParts extends ClientSettings {
  readonly botToken: string;
  /** Checked where given: sockets use it. */
  readonly appToken?: string | undefined;
  readonly now: () => Date;
}

const checkMs = 5_000;
/** Slack refuses signatures that are five minutes off; half of that is time to act. */
const skewWarnMs = 150_000;
const skewFailMs = 300_000;

/** Never throws. */
export const checkSlack = async (parts: CheckSlackParts): Promise<readonly SlackCheck[]> => {
  const [bot, app] = await Promise.all([
    checkBot(parts),
    parts.appToken ? checkAppToken(parts, parts.appToken) : null,
  ]);
  return app ? [...bot, app] : bot;
};

const checkBot = async (parts: CheckSlackParts): Promise<readonly SlackCheck[]> => {
  let date: string | null = null;
  const client = new webApi.WebClient(parts.botToken, {
    ...toClientOptions(parts, checkMs),
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      date = response.headers.get('date');
      return response;
    },
  });
  try {
    const answer = await client.auth.test();
    const token: SlackCheck = {
      name: 'slack token',
      state: 'pass',
      say: `Connected to ${answer.team ?? '?'} (${answer.team_id ?? '?'}) as ${answer.user ?? '?'}, bot ${answer.bot_id ?? '?'}.`,
    };
    return [token, checkScopes(answer.response_metadata?.scopes), checkClock(date, parts.now())];
  } catch (error) {
    return [toTokenFault('slack token', 'SLACK_BOT_TOKEN', error)];
  }
};

const checkScopes = (granted: readonly string[] | undefined): SlackCheck => {
  const name = 'slack scopes';
  if (!granted) return { name, state: 'unknown', say: 'Slack did not say which scopes the token has.' };
  const missing = Object.entries(scopeReasons).filter(([scope]) => !granted.includes(scope));
  if (missing.length === 0)
    return { name, state: 'pass', say: `All ${Object.keys(scopeReasons).length} scopes are granted.` };
  const list = missing.map(([scope, reason]) => `\`${scope}\` (${reason})`).join(', ');
  return {
    name,
    state: 'fail',
    say: `Missing: ${list}. Update the app from manifest.yaml and install it again.`,
  };
};

const checkClock = (date: string | null, now: Date): SlackCheck => {
  const name = 'slack clock';
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return { name, state: 'unknown', say: 'Slack did not say what time it is.' };
  const skewMs = Math.abs(now.getTime() - theirs);
  const seconds = Math.round(skewMs / 1000);
  if (skewMs < skewWarnMs)
    return { name, state: 'pass', say: `This clock and Slack's differ by ${seconds} s.` };
  return {
    name,
    state: skewMs < skewFailMs ? 'warn' : 'fail',
    say: `This clock and Slack's differ by ${seconds} s; from 300 s on every request from Slack is refused. Set the clock by NTP.`,
  };
};

const checkAppToken = async (parts: CheckSlackParts, appToken: string): Promise<SlackCheck> => {
  const client = new webApi.WebClient(appToken, toClientOptions(parts, checkMs));
  try {
    // The address that comes back is good for one connection and is not used.
    await client.apps.connections.open({});
    return { name: 'slack app token', state: 'pass', say: 'Slack accepts the app token for Socket Mode.' };
  } catch (error) {
    return toTokenFault('slack app token', 'SLACK_APP_TOKEN', error);
  }
};

const toTokenFault = (name: SlackCheck['name'], variable: string, error: unknown): SlackCheck => {
  const failure = readSlackFailure(error);
  switch (failure.kind) {
    case 'refused':
      return { name, state: 'fail', say: `Slack refuses ${variable}: ${explainRefusal(failure)}.` };
    case 'later':
      return { name, state: 'unknown', say: `Slack asks to wait ${Math.ceil(failure.waitMs / 1000)} s.` };
    case 'unknown':
      return {
        name,
        state: 'unknown',
        say: 'Slack does not answer. Is SLACK_API_URL right, and the network up?',
      };
  }
};
