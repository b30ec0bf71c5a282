/** When something was seen, and what keeps us from a newer look at it. */
export interface Sight {
  readonly observedAt: Date;
  /** Known from before: GitHub's limit let nobody ask anew until then. */
  readonly limitedUntil?: Date | undefined;
}

/** What several are worth together: as old as the oldest, and from before where one of them is. */
export const joinSights = (sights: readonly Sight[]): Sight => {
  const ends = sights.flatMap(({ limitedUntil }) => limitedUntil?.getTime() ?? []);
  return {
    observedAt: new Date(Math.min(...sights.map(({ observedAt }) => observedAt.getTime()))),
    ...(ends.length === 0 ? {} : { limitedUntil: new Date(Math.max(...ends)) }),
  };
};
