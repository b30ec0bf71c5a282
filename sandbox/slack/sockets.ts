// Socket Mode: the bot's connections. Every envelope goes to exactly one of them, in turn, and waits for its
// acknowledgement; retrying is the delivery's business.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { appId } from './directory.ts';
import type { Ids } from './ids.ts';
import { isJson, type Json, parseJson, readObject, readText } from './json.ts';
import { SlackRefusal } from './stored.ts';
import { acceptWebSocket, type WebSocketConnection } from './websocket.ts';

const mostConnections = 10;
const pingEveryMs = 5000;

export type EnvelopeKind = 'slash_commands' | 'interactive' | 'events_api';
export type EnvelopeAck =
  | { readonly kind: 'acked'; readonly payload: Json | undefined }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'no connection' };

export interface Sockets {
  /** A URL good for one connection. */
  readonly makeUrl: (base: string) => string;
  readonly accept: (request: IncomingMessage, socket: Duplex) => void;
  readonly count: () => number;
  readonly send: (
    type: EnvelopeKind,
    payload: Json,
    options: { timeoutMs: number; retry: Json },
  ) => Promise<EnvelopeAck>;
  readonly drop: () => void;
  readonly refresh: () => void;
  /** Resolves when at least one connection is there. */
  readonly connected: () => Promise<void>;
  readonly stop: () => void;
}

export const createSockets = (ids: Ids): Sockets => {
  const tickets = new Set<string>();
  const connections = new Set<WebSocketConnection>();
  const pending = new Map<string, { on: WebSocketConnection; settle: (ack: EnvelopeAck) => void }>();
  let waiting: (() => void)[] = [];
  let turn = 0;

  const lose = (connection: WebSocketConnection): void => {
    connections.delete(connection);
    for (const one of pending.values()) if (one.on === connection) one.settle({ kind: 'no connection' });
  };
  const hear = (text: string): void => {
    const said = parseJson(text);
    if (!isJson(said)) return;
    pending
      .get(readText(said, 'envelope_id') ?? '')
      ?.settle({ kind: 'acked', payload: readObject(said, 'payload') });
  };
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.ping();
  }, pingEveryMs);
  heartbeat.unref();

  return {
    makeUrl: (base) => {
      if (connections.size >= mostConnections) throw new SlackRefusal('too_many_websockets');
      const ticket = ids.id('');
      tickets.add(ticket);
      return `${base}/link/?ticket=${ticket}&app_id=${appId}`;
    },
    accept: (request, socket) => {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const connection = acceptWebSocket(request, socket, { text: hear, close: () => lose(connection) });
      connections.add(connection);
      connection.sendText(
        JSON.stringify({
          type: 'hello',
          num_connections: connections.size,
          connection_info: { app_id: appId },
          debug_info: { host: 'sandbox', approximate_connection_time: 3600 },
        }),
      );
      for (const tell of waiting) tell();
      waiting = [];
    },
    count: () => connections.size,
    send: (type, payload, { timeoutMs, retry }) => {
      const all = [...connections];
      const connection = all[turn++ % Math.max(all.length, 1)];
      if (!connection) return Promise.resolve({ kind: 'no connection' });
      const envelopeId = ids.envelopeId();
      return new Promise((resolve) => {
        const settle = (ack: EnvelopeAck): void => {
          clearTimeout(timer);
          pending.delete(envelopeId);
          resolve(ack);
        };
        const timer = setTimeout(() => settle({ kind: 'timeout' }), timeoutMs);
        pending.set(envelopeId, { on: connection, settle });
        const accepts = type !== 'events_api';
        connection.sendText(
          JSON.stringify({
            envelope_id: envelopeId,
            type,
            accepts_response_payload: accepts,
            payload,
            ...retry,
          }),
        );
      });
    },
    drop: () => {
      for (const connection of connections) connection.destroy();
    },
    refresh: () => {
      const farewell = { type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'sandbox' } };
      for (const connection of connections) connection.sendText(JSON.stringify(farewell));
    },
    connected: () =>
      connections.size > 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
          }),
    stop: () => {
      clearInterval(heartbeat);
      for (const connection of connections) connection.destroy();
    },
  };
};
