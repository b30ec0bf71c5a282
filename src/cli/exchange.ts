/** One HTTP exchange with the desk, over TCP or its socket: what came back, or how far it got. Whether to try again is for the caller. */
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { cliRoot } from '../operations/cli-protocol.ts';

export type DeskAddress =
  | { readonly kind: 'url'; readonly url: URL; readonly token: string }
  | { readonly kind: 'socket'; readonly path: string };

export type Exchange =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** Nobody took the request: it was certainly not carried out. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The connection ended before a whole answer came: it may have been carried out. */
  | { readonly kind: 'lost'; readonly code: string };

export interface Wish {
  readonly method: 'GET' | 'POST';
  /** Below `/cli/v1`. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
}

export type Exchanger = (wish: Wish, signal: AbortSignal) => Promise<Exchange>;

const mostBytes = 64 * 1024 * 1024;

/** Where these end a try, no byte of the request had reached a desk. */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'EPERM',
]);

export const createExchanger =
  (address: DeskAddress): Exchanger =>
  (wish, signal) =>
    new Promise((resolve) => {
      const body = wish.body ? JSON.stringify(wish.body) : '';
      const { send, options } = toRequest(address, wish, body);
      const parts: Buffer[] = [];
      let bytes = 0;
      const request = send({ ...options, signal });
      const finish = (result: Exchange): void => {
        clearTimeout(timer);
        resolve(result);
        request.destroy();
      };
      const timer = setTimeout(() => finish({ kind: 'lost', code: 'no answer in time' }), wish.timeoutMs);
      request.on('error', (error) => finish(toFailure(error)));
      request.on('response', (response) => {
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > mostBytes) finish({ kind: 'lost', code: 'answer too large' });
          else parts.push(part);
        });
        // Said once more by `close`, which comes after every end.
        response.on('error', () => {});
        response.on('close', () => {
          if (!response.complete) return finish({ kind: 'lost', code: 'answer cut off' });
          finish({ kind: 'answer', status: response.statusCode ?? 0, body: parseJson(Buffer.concat(parts)) });
        });
      });
      request.end(body);
    });

interface Prepared {
  readonly send: typeof requestHttp;
  readonly options: RequestOptions;
}

const toRequest = (address: DeskAddress, wish: Wish, body: string): Prepared => {
  const headers = {
    accept: 'application/json',
    connection: 'close',
    ...(wish.body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {}),
  };
  if (address.kind === 'socket')
    return {
      send: requestHttp,
      options: {
        socketPath: address.path,
        path: `${cliRoot}${wish.path}`,
        method: wish.method,
        headers: { ...headers, host: 'localhost' },
      },
    };
  const { url, token } = address;
  return {
    send: url.protocol === 'https:' ? requestHttps : requestHttp,
    options: {
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
      port: url.port,
      path: `${url.pathname.replace(/\/+$/u, '')}${cliRoot}${wish.path}`,
      method: wish.method,
      headers: { ...headers, authorization: `Bearer ${token}` },
    },
  };
};

const toFailure = (error: Error): Exchange => {
  const code = toCode(error);
  return { kind: unreachableCodes.has(code) || isTlsTrouble(code) ? 'unreachable' : 'lost', code };
};

/** The handshake comes before the request, so nothing was sent. */
const isTlsTrouble = (code: string): boolean => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/u.test(code);

const toCode = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};
