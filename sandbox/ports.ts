/** The port that the sandbox would like to have, where nobody else has it; else 0, which takes any free one. */
import { createServer } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

export const choosePort = async (wanted: number): Promise<number> => {
  const server = createServer();
  try {
    return await listenOnLoopback(server, wanted);
  } catch {
    return 0;
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }
};
