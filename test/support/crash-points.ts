/** Names every boundary of the spine that a process passes and ends the process, as kill -9 does, at the one that was armed. */
import type { SpinePart } from '../../src/app.ts';

/** What the test sends. `nth` counts from the arming. */
export interface Arming {
  readonly at: string;
  readonly nth: number;
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** A dead sender's card is free after this long, so that a walk over many boundaries ends the same day. */
const cardLeaseMs = 3_000;

const read = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );

const firstPart = (value: unknown): string => String(value).split(':')[0] ?? '';

export const createCrashPoints = () => {
  let armed: { readonly at: string; left: number } | undefined;
  const kindOfEffect = new Map<string, string>();

  const pass = (point: string): void => {
    if (armed?.at !== point) return;
    armed.left -= 1;
    if (armed.left === 0) process.kill(process.pid, 'SIGKILL');
  };

  /** What one function does for several purposes is told apart by what it was called with. */
  const labels: Readonly<Record<string, (args: readonly unknown[]) => string>> = {
    'engine.claimDue': () => 'engine.claim',
    'engine.claimOne': () => 'engine.claim',
    'engine.saveStep': ([operation, save]) =>
      `engine.saveStep/${String(read(operation, 'step'))}${read(save, 'state') === 'open' ? '' : '-end'}`,
    'engine.finishItem': ([item]) => `engine.finishItem/${firstPart(read(item, 'key'))}`,
    'effects.begin': ([intent]) => `effects.begin/${String(read(intent, 'kind'))}`,
    'effects.settle': ([id]) => `effects.settle/${kindOfEffect.get(String(id)) ?? 'unknown'}`,
  };

  const note = (name: string, args: readonly unknown[], value: unknown): string => {
    if (name === 'effects.begin')
      kindOfEffect.set(String(read(value, 'effect', 'id')), String(read(args[0], 'kind')));
    if (name === 'engine.takeItems') return `engine.takeItems/${firstPart(read(value, '0', 'item', 'key'))}`;
    return labels[name]?.(args) ?? name;
  };

  /** A look that found nothing is no boundary. */
  const isNothing = (value: unknown): boolean =>
    value === null || value === 0 || (Array.isArray(value) && value.length === 0);

  const change = (name: string, args: readonly unknown[]): readonly unknown[] => {
    if (name === 'cards.claim') return [args[0], Math.min(Number(args[1]), cardLeaseMs), ...args.slice(2)];
    if (name !== 'requests.transact') return args;
    const work = args[0] as AnyFunction;
    return [
      async (...given: readonly unknown[]) => {
        const value = await work(...given);
        pass('requests.transact:inside');
        return value;
      },
    ];
  };

  const watched =
    (name: string, call: AnyFunction): AnyFunction =>
    (...args) => {
      pass(`${labels[name]?.(args) ?? name}:before`);
      const result = call(...change(name, args));
      if (!(result instanceof Promise)) {
        pass(`${name}:after`);
        return result;
      }
      return result.then((value: unknown) => {
        if (!isNothing(value)) pass(`${note(name, args, value)}:after`);
        return value;
      });
    };

  return {
    arm: ({ at, nth }: Arming): void => {
      armed = { at, left: nth };
    },
    wrap: <Part extends object>(name: SpinePart, part: Part): Part =>
      Object.fromEntries(
        Object.entries(part).map(([key, value]) => [
          key,
          typeof value === 'function' ? watched(`${name}.${key}`, value as AnyFunction) : value,
        ]),
      ) as Part,
  };
};
