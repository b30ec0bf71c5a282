/** Sends signed slash commands, measures each from the first byte out to the last one in, and looks whether the answer is the one that was asked for. Payloads are the pretend Slack's. */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { SlackFront } from '../sandbox/slack/front.ts';
import { channelIds, personIds } from '../sandbox/world.ts';

export interface Wave {
  readonly url: string;
  /** What is typed. */
  readonly text: string;
  /** Stands in every right answer; "try again in a minute" comes with a 200 too. */
  readonly expect: string;
  readonly count: number;
  readonly atOnce: number;
}

export interface Answered {
  /** Milliseconds of each command. */
  readonly took: readonly number[];
  /** How many were answered with something else than what was asked for. */
  readonly wrong: number;
}

export interface SlackLoad {
  /** @throws Error for an answer other than 200 */
  readonly send: (wave: Wave) => Promise<Answered>;
  readonly close: () => void;
}

type Payload = Readonly<Record<string, unknown>>;

const toBody = (payload: Payload): string =>
  new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

export const createSlackLoad = (slack: SlackFront): SlackLoad => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  const sendOne = (
    url: string,
    body: string,
    expect: string,
  ): Promise<{ tookMs: number; isRight: boolean }> =>
    new Promise((resolve, reject) => {
      const at = Math.floor(Date.now() / 1_000);
      const mark = createHmac('sha256', slack.signingSecret).update(`v0:${at}:${body}`).digest('hex');
      const since = performance.now();
      const outgoing = request(`${url}/slack/events`, {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          'x-slack-request-timestamp': String(at),
          'x-slack-signature': `v0=${mark}`,
        },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const tookMs = performance.now() - since;
          const isRight = Buffer.concat(parts).toString().includes(expect);
          if (response.statusCode === 200) resolve({ tookMs, isRight });
          else reject(new Error(`a command was answered with ${response.statusCode ?? 0}`));
        });
      });
      outgoing.end(body);
    });

  return {
    send: async ({ url, text, expect, count, atOnce }) => {
      // Built before, so that what building costs is in no figure.
      const bodies = Array.from({ length: count }, () =>
        toBody(slack.build.command(personIds.admin, channelIds.ops, '/acuops', text).payload),
      );
      const answers: { tookMs: number; isRight: boolean }[] = [];
      const work = async (): Promise<void> => {
        for (let body = bodies.pop(); body !== undefined; body = bodies.pop())
          answers.push(await sendOne(url, body, expect));
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
      return {
        took: answers.map(({ tookMs }) => tookMs),
        wrong: answers.filter(({ isRight }) => !isRight).length,
      };
    },
    close: () => agent.destroy(),
  };
};
