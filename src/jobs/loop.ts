/** A loop that runs a round, then sleeps, until it is stopped; a nudge cuts the sleep short. Trouble in a round is logged (once while it lasts), never the end of the loop. */

export interface Loop {
  readonly nudge: () => void;
  /** Waits for the round that runs. */
  readonly stop: () => Promise<void>;
}

/** `round` answers whether there is more to do at once. */
export const startLoop = (
  name: string,
  everyMs: number,
  round: () => Promise<boolean>,
  log: (line: string, detail: object) => void,
): Loop => {
  const stopping = new AbortController();
  let wakeUp: (() => void) | undefined;
  let nudged = false;
  let failed = 0;
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      nudged = false;
      let more = false;
      try {
        more = await round();
        if (failed > 1) log(`the ${name} loop works again`, { failed });
        failed = 0;
      } catch (error) {
        failed += 1;
        if (failed === 1) log(`the ${name} loop had trouble and goes on`, { error });
      }
      if (!more && !nudged && !stopping.signal.aborted) await sleep();
      wakeUp = undefined;
    }
  };
  const running = run();
  return {
    nudge: () => {
      nudged = true;
      wakeUp?.();
    },
    stop: async () => {
      stopping.abort();
      wakeUp?.();
      await running;
    },
  };
};
