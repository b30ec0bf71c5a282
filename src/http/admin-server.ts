/** The second port, for whoever runs the desk: alive, ready, figures. Loopback by default; nothing here needs a sign-in, so nothing here may tell of a client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Readiness } from '../runtime/readiness.ts';
import { parseTarget, sendNotFound, sendText, sendWrongMethod } from './answer.ts';
import { answerErrors, type Door } from './answer-errors.ts';
import type { FrontServer } from './front-server.ts';
import { createServing, listenOn } from './serve.ts';

export interface AdminParts {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly readiness: Pick<Readiness, 'read'>;
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
}

const plainText = 'text/plain; charset=utf-8';

export const createAdminServer = async (parts: AdminParts): Promise<FrontServer> => {
  const door: Door = async (request, response) => {
    const target = parseTarget(request);
    const answer = answers[target?.pathname ?? ''];
    if (!answer) return sendNotFound(response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendWrongMethod(response, 'GET');
    await answer(parts, response, target?.searchParams.has('verbose') ?? false);
  };
  const receive = (request: IncomingMessage, response: ServerResponse): void =>
    void answerErrors(door, request, response, parts.log);
  const { server, stop } = createServing(receive);
  const { port } = await listenOn(server, parts.host, parts.port);
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return { port, url: `http://${host}:${port}`, stop };
};

type Answer = (parts: AdminParts, response: ServerResponse, verbose: boolean) => Promise<void> | void;

const answers: Readonly<Record<string, Answer>> = {
  // Asks nothing of anybody: a restart mends no database.
  '/livez': (_parts, response) => sendText(response, 200, plainText, 'ok\n'),
  '/readyz': async ({ readiness }, response, verbose) => {
    const { ready, checks } = await readiness.read();
    const shown = verbose || !ready ? checks : [];
    const lines = shown.map(({ name, ok, say, ms }) => `[${ok ? '+' : '-'}] ${name}: ${say} (${ms} ms)`);
    const text = [...lines, ready ? 'ready' : 'not ready', ''].join('\n');
    sendText(response, ready ? 200 : 503, plainText, text);
  },
  '/metrics': async ({ metrics }, response) =>
    sendText(response, 200, metrics.contentType, await metrics.render()),
};
