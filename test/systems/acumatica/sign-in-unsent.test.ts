import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../../../src/runtime/guarded-fetch.ts';
import { createSignIn } from '../../../src/systems/acumatica/sign-in.ts';
import { clock, closers } from './site.ts';

describe('a password that never left', () => {
  type Lookup = NonNullable<GuardedFetchOptions['lookup']>;
  const fail = (code: string): Lookup => {
    return () => Promise.reject(Object.assign(new Error(code), { code }));
  };
  const askVia = async (lookup: Lookup, url = 'http://erp.example/site', boundMs = 150) => {
    const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 64_000, lookup });
    closers.push(fetch.close);
    const signal = AbortSignal.timeout(boundMs);
    const request = { tenant: 'Heritage', username: 'svc', password: 'correct-horse', signal };
    return createSignIn({ fetch, clock })({ url, ...request });
  };
  const listenTcp = async (accept: (socket: Socket) => void) => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      accept(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ETIMEOUT', 'ECONNRESET'])(
    'opened nothing: the connection failed with %s',
    async (code) => {
      const result = await askVia(fail(code));
      expect(result.signedOut).toBe(true);
      expect(['connection-lost', 'timeout']).toContain(result.signIn.kind);
    },
  );

  it('opened nothing: the host does not speak TLS, or breaks the handshake off', async () => {
    const plain = await listenTcp((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const gone = await listenTcp((socket) => void socket.once('data', () => socket.destroy()));
    for (const port of [plain, gone]) {
      const result = await askVia(fail('x'), `https://127.0.0.1:${port}/site`, 2_000);
      expect(result).toMatchObject({ signIn: { kind: 'connection-lost' }, signedOut: true });
    }
  });

  it('opened nothing: no name server answered, or the handshake hung, until the deadline; nothing is sent later', async () => {
    const seen: Buffer[] = [];
    const silent = await listenTcp((socket) => void socket.on('data', (data) => seen.push(data)));
    let resolveLate: (() => void) | undefined;
    const late: Lookup = () =>
      new Promise((resolve) => {
        resolveLate = () => resolve(['127.0.0.1']);
      });
    const port = await listenTcp((socket) => void socket.on('data', (data) => seen.push(data)));
    const unnamed = await askVia(late, `http://erp.example:${port}/site`);
    expect(unnamed).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: true });
    const hung = await askVia(fail('x'), `https://127.0.0.1:${silent}/site`);
    expect(hung).toMatchObject({ signIn: { kind: 'timeout' }, signedOut: true });
    resolveLate?.();
    await sleep(200);
    expect(Buffer.concat(seen).toString('latin1')).not.toMatch(/POST|correct-horse/);
  });

  it('is told from one that did: an answer that breaks off in its head leaves it open', async () => {
    const port = await listenTcp((socket) => void socket.once('data', () => socket.end('HTTP/1.1 2')));
    const result = await askVia(fail('x'), `http://127.0.0.1:${port}/site`, 2_000);
    expect(result).toMatchObject({ signIn: { kind: 'connection-lost' }, signedOut: false });
  });
});
