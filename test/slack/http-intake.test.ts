import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await startDesk('http');
});
afterEach(() => desk.stop());

const send = (body: string, type: string, atMs = Date.now()): Promise<Response> => {
  const at = Math.floor(atMs / 1000);
  const mark = createHmac('sha256', desk.front.signingSecret).update(`v0:${at}:${body}`).digest('hex');
  return fetch(desk.url, {
    method: 'POST',
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${mark}`,
    },
    body,
  });
};
const form = 'application/x-www-form-urlencoded';
const ping = (): string => {
  const { payload } = desk.front.build.command('U0ANN', 'C0OPS', '/acuops', 'ping');
  return new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
};

describe('what comes before the signature check', () => {
  it('takes a good request, and refuses the same signed for the future', async () => {
    const body = ping();
    expect((await send(body, form)).status).toBe(200);
    expect((await send(body, form, Date.now() + 6 * 60_000)).status).toBe(401);
    expect(desk.pretend.calls).toHaveLength(1);
  });

  it('refuses bodies over the limit unread', async () => {
    expect((await send('x'.repeat(1_000_001), form)).status).toBe(413);
  });

  it.each([
    ['null', 'application/json'],
    ['"text"', 'application/json'],
    ['[]', 'application/json'],
    ['{', 'application/json'],
    ['', 'application/json'],
    ['payload=null', form],
    ['payload=%7B', form],
  ])('survives %s as %s, signed', async (body, type) => {
    expect((await send(body, type)).status).toBe(400);
    expect((await send(ping(), form)).status).toBe(200);
  });

  it.each(['{"type":"event_callback","event":null}', '{"type":7}'])(
    'survives the object %s',
    async (body) => {
      const answer = await Promise.race([
        send(body, 'application/json').then((response) => response.status),
        new Promise((resolve) => {
          setTimeout(() => resolve('no answer'), 4_000);
        }),
      ]);
      expect(answer).not.toBe('no answer');
      expect((await send(ping(), form)).status).toBe(200);
    },
  );
});
