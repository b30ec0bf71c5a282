/** Lets those whom Slack told to wait come back one after another, each at a time of its own, and nobody before them. For this process; other workers keep lines of their own, and Slack's count is what holds. */

export interface Turns {
  /** Milliseconds until this one may call; 0 is now. Whoever comes while others wait is put behind them. */
  readonly take: (line: Line, who: string) => number;
  /** Slack refused the call for so long. Milliseconds until this one may call again. */
  readonly giveUp: (line: Line, who: string, waitMs: number) => number;
}

/** What Slack counts together, and how far apart it takes it once a burst is spent. */
export interface Line {
  readonly name: string;
  readonly apartMs: number;
}

interface Waiting {
  readonly turns: Map<string, number>;
  last: number;
}

export const createTurns = (now: () => Date): Turns => {
  const lines = new Map<string, Waiting>();

  const putLast = ({ name, apartMs }: Line, who: string, notBefore: number): number => {
    const waiting = lines.get(name) ?? { turns: new Map<string, number>(), last: 0 };
    const at = Math.max(notBefore, waiting.last + apartMs);
    waiting.turns.set(who, at);
    waiting.last = at;
    lines.set(name, waiting);
    return at - now().getTime();
  };

  return {
    take: (line, who) => {
      const at = now().getTime();
      const waiting = lines.get(line.name);
      const own = waiting?.turns.get(who);
      if (own !== undefined && own > at) return own - at;
      if (!waiting || waiting.last <= at) {
        lines.delete(line.name);
        return 0;
      }
      if (own === undefined) return putLast(line, who, at);
      waiting.turns.delete(who);
      return 0;
    },
    giveUp: (line, who, waitMs) => putLast(line, who, now().getTime() + waitMs),
  };
};
