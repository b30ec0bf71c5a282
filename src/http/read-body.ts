/** Reads a request's body whole, within a size and a time. What the bytes mean is the door's to judge. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendFault } from './answer.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** What whoever sent too much should do. */
  readonly advice?: string;
}

export type BodyRead =
  | { readonly kind: 'read'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-slow' }
  /** The other side went away in the middle. */
  | { readonly kind: 'aborted' };

export const readBody = (request: IncomingMessage, limits: BodyLimits): Promise<BodyRead> => {
  // The announced size is enough to say no before a byte of it is taken in.
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes)
    return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const finish = (result: BodyRead): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      // A stream without an error listener ends the process; what comes after the verdict is nobody's.
      request.on('error', () => {});
      if (result.kind !== 'read') request.pause();
      resolve(result);
    };
    const onData = (part: Buffer): void => {
      bytes += part.length;
      if (bytes > limits.maxBytes) finish({ kind: 'too-large' });
      else parts.push(part);
    };
    const onEnd = (): void => finish({ kind: 'read', body: Buffer.concat(parts) });
    const onGone = (): void => finish({ kind: 'aborted' });
    const timer = setTimeout(() => finish({ kind: 'too-slow' }), limits.timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
};

const toSize = (bytes: number): string => {
  const megabytes = bytes / (1024 * 1024);
  return megabytes >= 1 ? `${Math.round(megabytes)} MB` : `${bytes} bytes`;
};

/** Says why a body was not read and gives the connection up: the rest of the body is not waited for. */
export const refuseBody = (
  request: IncomingMessage,
  response: ServerResponse,
  kind: 'too-large' | 'too-slow' | 'aborted',
  limits: BodyLimits,
): void => {
  const close = { connection: 'close' };
  if (kind === 'aborted') return;
  if (kind === 'too-large') {
    const say = `The body is larger than ${toSize(limits.maxBytes)}.${limits.advice ? ` ${limits.advice}` : ''}`;
    sendFault(response, 413, 'too-large', say, close);
  } else
    sendFault(
      response,
      408,
      'too-slow',
      `The body did not arrive within ${limits.timeoutMs / 1_000} s.`,
      close,
    );
  // Cut off while bytes still come in, the answer would be lost to a reset: for a moment they are taken and dropped.
  request.resume();
  setTimeout(() => request.socket.destroy(), 1_000).unref();
};
