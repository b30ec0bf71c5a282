/** How every door of this server answers: JSON, never cached, with a code for programs and a sentence for people. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export const sendJson = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void => {
  if (response.headersSent || response.destroyed) return;
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body), headers);
};

export const sendText = (response: ServerResponse, status: number, contentType: string, text: string): void =>
  send(response, status, contentType, text, {});

const send = (
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>>,
): void => {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
};

export const sendFault = (
  response: ServerResponse,
  status: number,
  error: string,
  say: string,
  headers: Readonly<Record<string, string>> = {},
): void => sendJson(response, status, { error, say }, headers);

export const sendNotFound = (response: ServerResponse): void =>
  sendFault(response, 404, 'not-found', 'Nothing is served at this address.');

export const sendWrongMethod = (response: ServerResponse, allowed: string): void =>
  sendFault(response, 405, 'method', `Only ${allowed} is answered here.`, { allow: allowed });

/** The path without query, and the query; null where the request line is no path of ours. */
export const parseTarget = (request: IncomingMessage): URL | null => {
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.startsWith('//')) return null;
  return URL.parse(target, 'http://desk');
};
