import { describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/runtime/guarded-fetch.ts';
import { listen, open } from './local-server.ts';

describe('addresses', () => {
  const inside: readonly (readonly [name: string, address: string])[] = [
    ['loopback', '127.0.0.1'],
    ['metadata', '169.254.169.254'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
    ['mapped public', '::ffff:8.8.8.8'],
    ['NAT64 private', '64:ff9b::10.0.0.1'],
    ['private', '10.1.2.3'],
    ['private', '172.31.0.1'],
    ['private', '192.168.0.1'],
    ['CGNAT', '100.64.0.1'],
    ['this host', '0.0.0.0'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['loopback', '::1'],
    ['this host', '::'],
    ['unique-local', 'fd12::1'],
    ['link-local', 'fe80::1%eth0'],
    ['multicast', 'ff02::1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:1::1'],
  ];
  it.each(inside)('%s: %s is refused after DNS and nothing is sent', async (_name, address) => {
    let hits = 0;
    const { port } = await listen((_request, response) => {
      hits += 1;
      response.end();
    });
    const fetch = open({ allowPrivate: false, lookup: () => Promise.resolve([address]) });
    expect(await fetch.send({ url: `http://client.example:${port}/` })).toMatchObject({
      kind: 'failed',
      reason: 'blocked-address',
    });
    expect(hits).toBe(0);
  });

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254', '127.1'])(
    'written as %s in the URL is refused too',
    async (host) => {
      const { port } = await listen((_request, response) => response.end());
      expect(await open({ allowPrivate: false }).send({ url: `http://${host}:${port}/` })).toMatchObject({
        reason: 'blocked-address',
      });
    },
  );

  it('go to exactly the one that was judged, asked for once', async () => {
    const { port } = await listen((_request, response) => response.end('inside'));
    let asked = 0;
    // Rebinding: the first answer is harmless, the next would be inside.
    const lookup = () => {
      asked += 1;
      return Promise.resolve([asked === 1 ? '192.0.2.1' : '127.0.0.1']);
    };
    const fetch = open({ allowPrivate: ['192.0.2.0/24'], lookup, timeoutMs: 300 });
    const answer = await fetch.send({ url: `http://client.example:${port}/` });
    expect(answer).toMatchObject({ kind: 'failed' });
    expect(asked).toBe(1);
  });

  it('that are open are used where others of the same name are not', async () => {
    const { port } = await listen((_request, response) => response.end('here'));
    const fetch = open({
      allowPrivate: ['127.0.0.0/8'],
      lookup: () => Promise.resolve(['10.0.0.1', '127.0.0.1']),
    });
    expect(await fetch.send({ url: `http://client.example:${port}/` })).toMatchObject({
      kind: 'answer',
      body: 'here',
    });
  });

  it('inside are open by name, address or CIDR, metadata by name only', async () => {
    const { port } = await listen((_request, response) => response.end('here'));
    const lookup = () => Promise.resolve(['127.0.0.1']);
    const send = (allowPrivate: GuardedFetchOptions['allowPrivate'], host = 'ERP.inside.example') =>
      open({ allowPrivate, lookup }).send({ url: `http://${host}:${port}/` });
    expect(await send(['erp.inside.example'])).toMatchObject({ kind: 'answer' });
    expect(await send(['127.0.0.1'])).toMatchObject({ kind: 'answer' });
    expect(await send(['127.0.0.0/8'], '127.0.0.1')).toMatchObject({ kind: 'answer' });
    expect(await send(['other.example', '10.0.0.0/8'])).toMatchObject({
      reason: 'blocked-address',
      say: 'ERP.inside.example: 127.0.0.1 is loopback'.replace('ERP', 'erp'),
    });
    expect(await open().send({ url: 'http://169.254.169.254/', timeoutMs: 100 })).toMatchObject({
      reason: 'blocked-address',
    });
    expect(() => createGuardedFetch({ allowPrivate: ['10.0.0.0/99'], timeoutMs: 1, maxBytes: 1 })).toThrow(
      /10\.0\.0\.0\/99/,
    );
  });
});
