/** What the desk is held against: a Bolt app behind the same receiver that acknowledges at once, or after one INSERT where `DATABASE_URL` is given and the text is `insert`. */
import { createServer } from 'node:http';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { Pool } from 'pg';
import { listenOnLoopback } from '../../sandbox/loopback.ts';
import { answerUsage } from './answer-usage.ts';

answerUsage();
const read = (name: string): string => process.env[name] ?? '';
const pool =
  read('DATABASE_URL') === '' ? null : new Pool({ connectionString: read('DATABASE_URL'), max: 10 });
pool?.on('error', () => undefined);
await pool?.query(
  `create table if not exists asked (
     id uuid primary key default gen_random_uuid(), delivery_key text not null unique,
     actor text not null, verb text not null, body jsonb not null, at timestamptz not null default now())`,
);

const receiver = new HTTPReceiver({
  signingSecret: read('SLACK_SIGNING_SECRET'),
  endpoints: ['/slack/events'],
  processBeforeResponse: true,
  logLevel: LogLevel.ERROR,
});
const app = new App({
  receiver,
  authorize: async () => ({ botToken: read('SLACK_BOT_TOKEN'), botId: 'B0BENCH', botUserId: 'U0BENCH' }),
  clientOptions: { slackApiUrl: read('SLACK_API_URL') },
  logLevel: LogLevel.ERROR,
  convoStore: false,
});
app.command('/acuops', async ({ command, ack }) => {
  if (command.text === 'insert')
    await pool?.query('insert into asked (delivery_key, actor, verb, body) values ($1, $2, $3, $4)', [
      command.trigger_id,
      command.user_id,
      command.text,
      JSON.stringify({ team: command.team_id, channel: command.channel_id, text: command.text }),
    ]);
  await ack({ response_type: 'ephemeral', text: 'Noted.' });
});

const server = createServer((request, response) => receiver.requestListener(request, response));
const port = await listenOnLoopback(server, 0);
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => {
    void (pool?.end() ?? Promise.resolve()).then(() => process.exit(0));
  });
});
process.stdout.write(`bolt ready at http://127.0.0.1:${port}\n`);
