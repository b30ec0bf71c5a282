/** A card's sender with everything around it in memory, and a clock that only the test moves. */
import type { PostResult } from '../../src/operations/card.ts';
import type { AnyCommand } from '../../src/operations/command.ts';
import { type CardDelivery, createCardDelivery } from '../../src/operations/deliver-card.ts';
import { createEffectDoor } from '../../src/operations/effect.ts';
import type { Message } from '../../src/operations/message.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { createCommandList } from '../../src/operations/words.ts';
import type { Audience } from '../../src/policy/access.ts';
import { createCardMemory, createEffectMemory, createMovedClock, defineDrawn } from './card-memory.ts';
import { createPretendTransport } from './pretend-transport.ts';

/** Nobody knows what became of it. */
export const lost = (): never => {
  throw new Error('socket hang up');
};
/** What Slack answers instead. */
export const refusal = (why: 'cannot-post' | 'gone' | 'bad-message') => (): PostResult => ({
  kind: 'refused',
  why,
  say: why === 'cannot-post' ? 'not_in_channel' : why,
});

/** Takes what is due and waits until all of it has ended; answers how many it was. */
export const deliverDue = async ({ takeDue }: CardDelivery): Promise<number> =>
  (await Promise.all(await takeDue('me', 10))).length;

/** Its clock stands still by itself, so only tests that move it see it run out. */
const leaseMs = 90;

export const openSender = (
  render?: (operation: Operation) => Message | Promise<Message>,
  readers?: AnyCommand['readers'],
) => {
  const clock = createMovedClock();
  const cards = createCardMemory(clock.now);
  const effects = createEffectMemory(clock.now);
  const slack = createPretendTransport();
  const lines: string[] = [];
  let audience: Audience | Error = { kind: 'team' };
  const restart = () =>
    createCardDelivery({
      store: cards,
      effects: createEffectDoor(effects),
      transport: slack.transport,
      commands: createCommandList([{ ...defineDrawn('work', render), ...(readers ? { readers } : {}) }]),
      readAudience: async () => {
        if (audience instanceof Error) throw audience;
        return audience;
      },
      now: clock.now,
      zone: 'UTC',
      log: (_level, line) => void lines.push(line),
      leaseMs,
    });
  let delivery = restart();
  return {
    clock,
    cards,
    effects,
    slack,
    lines,
    /** What the channel may see from now on, or that nobody can tell. */
    setAudience: (next: Audience | Error) => {
      audience = next;
    },
    takeDue: (owner: string, limit: number) => delivery.takeDue(owner, limit),
    deliver: () => deliverDue(delivery),
    restart: () => {
      delivery = restart();
    },
    /** Lets time pass in steps, delivering at each. */
    run: async (ms: number, stepMs = 500) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.pass(stepMs);
        await deliverDue(delivery);
      }
    },
  };
};
