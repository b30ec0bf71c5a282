/** Turns signals into an orderly stop, and a second one into a stop at once. */
import type { Logger } from './logger.ts';
import type { Shutdown } from './shutdown.ts';

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof exitCodes;
const stopSignals = Object.keys(exitCodes) as readonly StopSignal[];

export interface SignalSource {
  readonly on: (signal: StopSignal, listener: () => void) => unknown;
  readonly off: (signal: StopSignal, listener: () => void) => unknown;
}

export interface SignalParts {
  readonly shutdown: Shutdown;
  readonly log: Logger;
  readonly source?: SignalSource;
  readonly exit?: (code: number) => void;
  readonly nowMs?: () => number;
  /** One Ctrl-C can arrive twice, from the terminal and from npm: within this time it is the same wish. */
  readonly sameWishMs?: number;
}

/** Ends the process with 0 after a whole stop, 1 where a part did not close, 128 + signal when forced. Returns how to stop listening. */
export const onSignals = (parts: SignalParts): (() => void) => {
  const { shutdown, log } = parts;
  const source = parts.source ?? process;
  const exit = parts.exit ?? ((code: number) => process.exit(code));
  const nowMs = parts.nowMs ?? (() => performance.now());
  const sameWishMs = parts.sameWishMs ?? 500;
  let firstAt: number | undefined;

  const receive = (signal: StopSignal): void => {
    if (firstAt !== undefined) {
      if (nowMs() - firstAt < sameWishMs) return;
      log.warn('stopping at once: a second signal came', { signal });
      exit(exitCodes[signal]);
      return;
    }
    firstAt = nowMs();
    void shutdown
      .run(signal)
      .then((reports) => exit(reports.every(({ outcome }) => outcome === 'closed') ? 0 : 1));
  };

  const listeners = stopSignals.map((signal) => [signal, () => receive(signal)] as const);
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
};
