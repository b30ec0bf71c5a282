/** A desk on which deploys are asked of people: waits for what the card says, presses as somebody, and reads what that person alone is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorld, personIds, type World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openDesk, toText, type Who } from './open-desk.ts';

export interface ApprovalDesk {
  readonly desk: OpenDesk<World>;
  /** Until the card waits for people; gives its text. */
  readonly ask: (line: string, who?: Who) => Promise<string>;
  /** Until something holds of the newest card's text; gives it. */
  readonly until: (what: string | RegExp) => Promise<string>;
  /** Until the newest message of all is a reminder that says this. */
  readonly untilReminded: (part: string) => Promise<void>;
  readonly press: (action: 'approve' | 'withdraw' | 'reject', who: Who) => Promise<void>;
  /** Until the person alone was told this. */
  readonly untilTold: (who: Who, part: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const patienceMs = 30_000;

const poll = async <T>(look: () => T | undefined, what: string): Promise<T> => {
  for (const end = Date.now() + patienceMs; ; await sleep(60)) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not seen: ${what}`);
  }
};

const isReminder = (text: string): boolean => text.includes('🔔');

export const openApprovalDesk = async (): Promise<ApprovalDesk> => {
  const world = createWorld({ now: new Date() });
  const desk = await openDesk({ world, env: { ACUOPS_APPROVALS: 'premium/production=2, */staging=0' } });
  await grantTeam(desk);
  // What somebody published there by hand is taken away, so that nothing is in the way.
  desk.stand.acumatica.setPublished('bayline', 'Bayline', ['BaylineCustom', 'LotTrace']);

  const until = (what: string | RegExp): Promise<string> =>
    poll(
      () => {
        const text =
          desk
            .messages()
            .map(toText)
            .findLast((one) => !isReminder(one)) ?? '';
        return (typeof what === 'string' ? text.includes(what) : what.test(text)) ? text : undefined;
      },
      `${String(what)} in ${desk.shown().at(-1) ?? 'nothing'}`,
    );
  return {
    desk,
    until,
    untilReminded: async (part) => {
      const newest = () => desk.messages().map(toText).at(-1) ?? '';
      await poll(() => (isReminder(newest()) && newest().includes(part)) || undefined, `reminder "${part}"`);
    },
    ask: async (line, who = 'onCall') => {
      await desk.say(line, who);
      return until(/: waits for \d approval/u);
    },
    press: async (action, who) => {
      const card = desk.messages().findLast((message) => !isReminder(toText(message)));
      if (!card) throw new Error('no card to press on');
      await desk.press({ actionId: `acuops:deploy:${action}` }, who, 'ops', card.ts);
    },
    untilTold: async (who, part) => {
      const told = () => [
        ...desk.stand.slack.ephemerals(personIds[who]).map((message) => toText(message)),
        ...desk.shown(desk.dm(who)),
      ];
      await poll(() => told().find((text) => text.includes(part)), `"${part}" told to ${who}`);
    },
    stop: desk.stop,
  };
};
