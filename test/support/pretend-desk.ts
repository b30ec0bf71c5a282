/** A desk for tests of the command line: the real servers and doors in front of the pretend request door, and wires that break. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliDoorParts, createCliDoor, createSocketDoor } from '../../src/http/cli-door.ts';
import { createFailureLimit } from '../../src/http/failure-limit.ts';
import { createFrontServer } from '../../src/http/front-server.ts';
import { createSocketServer, type SocketServer } from '../../src/http/socket-server.ts';
import { commands, createPretendDoor, type PretendDoor, plain } from './pretend-door.ts';
import { createKeptLog } from './quiet-log.ts';

export interface PretendDesk extends PretendDoor {
  readonly dataDir: string;
  readonly url: string;
  /** Environment of a command line that asks over the socket, and over TCP as T1:U1. */
  readonly bySocket: Readonly<Record<string, string>>;
  readonly byToken: Readonly<Record<string, string>>;
  /** The desk goes, and comes back with what it knew. */
  readonly leave: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const createPretendDesk = async (): Promise<PretendDesk> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'acuops-'));
  const pretend = createPretendDoor();
  const { log } = createKeptLog();
  let stopping = new AbortController();
  const toParts = (): CliDoorParts => ({
    door: pretend.door,
    waitFor: pretend.waitFor,
    commands,
    plain,
    stopping: stopping.signal,
    failures: createFailureLimit(5, () => performance.now()),
    allowedHosts: [],
    findActor: (token) => Promise.resolve(token === 'good' ? { team: 'T1', user: 'U1' } : null),
  });
  const openSocket = (): Promise<SocketServer> =>
    createSocketServer({ dataDir, log, door: createSocketDoor(toParts(), 'operator') });
  let socket = await openSocket();
  const front = await createFrontServer({ host: '127.0.0.1', port: 0, log, cli: createCliDoor(toParts()) });
  const leave = async (): Promise<void> => {
    stopping.abort();
    await socket.stop(100);
  };
  return {
    ...pretend,
    dataDir,
    url: front.url,
    bySocket: { ACUOPS_DATA: dataDir },
    byToken: { ACUOPS_URL: front.url, ACUOPS_TOKEN: 'good' },
    leave,
    comeBack: async () => {
      stopping = new AbortController();
      socket = await openSocket();
    },
    close: async () => {
      await Promise.all([leave(), front.stop(100)]);
      await rm(dataDir, { recursive: true });
    },
  };
};

export interface BadWire {
  readonly env: Readonly<Record<string, string>>;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Before the desk's socket: the first `breaks` connections carry the request over, and are cut when the answer comes. */
export const createBadWire = async (desk: PretendDesk, breaks: number): Promise<BadWire> => {
  const folder = join(desk.dataDir, 'wire');
  await mkdir(folder);
  let count = 0;
  const server: Server = createServer((near: Socket) => {
    count += 1;
    const cut = count <= breaks;
    const far = connect(join(desk.dataDir, 'desk.sock'));
    near.on('error', () => {});
    far.on('error', () => near.destroy());
    near.pipe(far);
    if (cut)
      far.once('data', (part: Buffer) => {
        // Every second time half of the answer gets through.
        if (count % 2 === 0) near.end(part.subarray(0, part.length - 20));
        else near.destroy();
      });
    else far.pipe(near);
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'desk.sock'), resolve));
  return {
    env: { ACUOPS_DATA: folder },
    connections: () => count,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
