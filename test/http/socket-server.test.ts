import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSocketDoor } from '../../src/http/cli-door.ts';
import { createFailureLimit } from '../../src/http/failure-limit.ts';
import { createSocketServer, type SocketServer } from '../../src/http/socket-server.ts';
import { CliAnswer } from '../../src/operations/cli-protocol.ts';
import { commands, createPretendDoor, plain } from '../support/pretend-door.ts';
import { createKeptLog } from '../support/quiet-log.ts';

let dataDir: string;
const open: SocketServer[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'acuops-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop(100)));
  await rm(dataDir, { recursive: true });
});

const start = async (folder = dataDir) => {
  const pretend = createPretendDoor();
  const door = createSocketDoor(
    {
      door: pretend.door,
      waitFor: pretend.waitFor,
      commands,
      plain,
      stopping: new AbortController().signal,
      failures: createFailureLimit(3, () => 0),
      allowedHosts: [],
      findActor: () => Promise.reject(new Error('no token is asked for here')),
    },
    'operator',
  );
  const server = await createSocketServer({ dataDir: folder, door, log: createKeptLog().log });
  open.push(server);
  return { ...pretend, ...server };
};

const send = (socketPath: string): Promise<CliAnswer> =>
  new Promise((resolve, reject) => {
    const request = requestHttp({
      socketPath,
      path: '/cli/v1/call',
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', connection: 'close' },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(CliAnswer.parse(JSON.parse(Buffer.concat(parts).toString()))));
    });
    request.end(
      JSON.stringify({ words: ['ping'], key: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001', json: false }),
    );
  });

it("takes whoever can open it for the desk's own user, and lets nobody else open it", async () => {
  const desk = await start();
  expect(statSync(desk.path).mode & 0o777).toBe(0o600);
  expect(await send(desk.path)).toMatchObject({ kind: 'answered' });
  expect(desk.calls).toMatchObject([
    {
      via: 'socket',
      actor: { team: 'local', user: 'operator' },
      place: { kind: 'terminal', team: 'local', channel: 'terminal' },
      deliveryKey: 'cli:local:operator:0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001',
    },
  ]);
  await desk.stop();
  expect(existsSync(desk.path)).toBe(false);
});

it('takes the place of a desk that was killed', async () => {
  const path = join(dataDir, 'desk.sock');
  const dead = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ]);
  await once(dead.stdout, 'data');
  dead.kill('SIGKILL');
  await once(dead, 'exit');
  expect(existsSync(path)).toBe(true);
  const desk = await start();
  expect(await send(desk.path)).toMatchObject({ kind: 'answered' });
});

it('leaves the place to a desk that lives', async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject({ code: 'conflict' });
  expect(await send(first.path)).toMatchObject({ kind: 'answered' });
});

it('never removes what is no socket', async () => {
  await writeFile(join(dataDir, 'desk.sock'), 'notes');
  await expect(start()).rejects.toMatchObject({
    code: 'config',
    say: expect.stringContaining('is no socket') as string,
  });
  expect(existsSync(join(dataDir, 'desk.sock'))).toBe(true);
});

it('says what to do about a folder that is missing or too deep', async () => {
  await expect(start(join(dataDir, 'none'))).rejects.toMatchObject({
    code: 'config',
    say: expect.stringContaining('Check that the data folder exists') as string,
  });
  await expect(start(join(dataDir, 'd'.repeat(120)))).rejects.toThrow('at most');
});
