/** Where the desk of a data folder listens for its own machine: the one path that the desk and the CLI agree on. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { AcuopsError } from '../errors.ts';

/** What the kernels allow, less the closing NUL: Linux 108, the BSDs and macOS 104. */
const longestPath = (platform: NodeJS.Platform): number => (platform === 'linux' ? 107 : 103);

/** @throws AcuopsError `config` where the path is longer than the system allows a socket's to be. */
export const toDeskSocket = (dataDir: string, platform: NodeJS.Platform = process.platform): string => {
  const folder = resolve(dataDir);
  if (platform === 'win32')
    return `\\\\.\\pipe\\acuops-${createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 24)}`;
  const path = join(folder, 'desk.sock');
  const bytes = Buffer.byteLength(path);
  const most = longestPath(platform);
  if (bytes > most)
    throw new AcuopsError({
      code: 'config',
      message: `socket path ${path} has ${bytes} bytes, at most ${most} are allowed on ${platform}`,
      say: `The data folder's path is too long for a socket: ${path} has ${bytes} bytes, the system allows ${most}. Set ACUOPS_DATA to a shorter path.`,
    });
  return path;
};
