/** The CLI's door on this machine: a socket in the data folder that only the desk's own user can open (a named pipe on Windows). */
import { lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { AcuopsError } from '../errors.ts';
import { toDeskSocket } from '../runtime/desk-socket.ts';
import type { Logger } from '../runtime/logger.ts';
import { answerErrors, type Door } from './answer-errors.ts';
import { createServing, type ServeLimits } from './serve.ts';

export interface SocketParts {
  /** Must exist. */
  readonly dataDir: string;
  readonly door: Door;
  readonly log: Logger;
  readonly limits?: ServeLimits;
}

export interface SocketServer {
  readonly path: string;
  readonly stop: (graceMs?: number) => Promise<void>;
}

/** @throws AcuopsError `conflict` where another desk listens there; `config` where the path cannot hold a socket. */
export const createSocketServer = async (parts: SocketParts): Promise<SocketServer> => {
  const path = toDeskSocket(parts.dataDir);
  const { server, stop } = createServing(
    (request, response) => void answerErrors(parts.door, request, response, parts.log),
    parts.limits,
  );
  await removeStale(path, parts.log);
  await listenAt(server, path);
  return { path, stop };
};

/** A desk that was killed leaves its socket behind; one that lives must keep it. */
const removeStale = async (path: string, log: Logger): Promise<void> => {
  const before = await readInode(path);
  if (before === null && process.platform !== 'win32') return;
  const found = await probe(path);
  if (found === 'live') throw createTakenError(path);
  if (found === 'gone') return;
  // Looked at again: between the two looks another desk may have taken the place.
  if ((await readInode(path)) !== before) throw createTakenError(path);
  await unlink(path);
  log.info('removed the socket of a desk that is no more', { path });
};

const readInode = async (path: string): Promise<bigint | null> => {
  if (process.platform === 'win32') return null;
  try {
    const found = await lstat(path, { bigint: true });
    if (!found.isSocket()) throw createNotSocketError(path);
    return found.ino;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
};

const probeMs = 2_000;

const probe = (path: string): Promise<'live' | 'stale' | 'gone'> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const finish = (result: 'live' | 'stale' | 'gone'): void => {
      socket.destroy();
      resolve(result);
    };
    // Whoever does not answer in time may still be alive, and so may whoever lets nobody in.
    socket.setTimeout(probeMs, () => finish('live'));
    socket.once('connect', () => finish('live'));
    socket.once('error', (error) => {
      if (isCode(error, 'ENOENT')) finish('gone');
      else finish(isCode(error, 'ECONNREFUSED') ? 'stale' : 'live');
    });
  });

const listenAt = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        isCode(error, 'EADDRINUSE')
          ? createTakenError(path)
          : new AcuopsError({
              code: 'config',
              message: `cannot listen on ${path}: ${error.message}`,
              say: `The desk cannot open its socket ${path}. Check that the data folder exists and belongs to this user.`,
              cause: error,
            }),
      );
    server.once('error', fail);
    // The mode must be right from the first moment; the file is made within this very call.
    const mask = process.umask(0o177);
    try {
      server.listen({ path }, () => {
        server.off('error', fail);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });

const createTakenError = (path: string): AcuopsError =>
  new AcuopsError({
    code: 'conflict',
    message: `another process listens on ${path}`,
    say: `Another desk runs in this data folder (${path}). Stop it, or give this one another ACUOPS_DATA.`,
  });

const createNotSocketError = (path: string): AcuopsError =>
  new AcuopsError({
    code: 'config',
    message: `${path} exists and is no socket`,
    say: `${path} is in the way: it is no socket of a desk. Move it away.`,
  });

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
