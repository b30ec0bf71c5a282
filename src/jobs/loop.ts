/** A loop that runs a round, then sleeps, until it is stopped; a nudge cuts the sleep short. Trouble in a round is logged, never the end of the loop. */

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
  let stopped = false;
  let wakeUp: (() => void) | undefined;
  let nudged = false;
  const sleep = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!stopped) {
      nudged = false;
      let more = false;
      try {
        more = await round();
      } catch (error) {
        log(`the ${name} loop had trouble and goes on`, { error });
      }
      if (!more && !nudged && !stopped) await sleep();
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
      stopped = true;
      wakeUp?.();
      await running;
    },
  };
};
