/** A bound on somebody else's promise: the answer, or a named failure after the time. The work itself is not stopped. */
export const within = async <T>(work: Promise<T>, boundMs: number, onLate: () => T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(onLate()), boundMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
