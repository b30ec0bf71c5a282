/** Doctor's help for stuck cards: those whose channel can be written to by now are sent again, and doctor waits a moment for what comes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CardFacts } from './commands/doctor/powers.ts';
import type { Target } from './operations/target.ts';
import { type ChannelCheck, checkChannels } from './slack/check-channels.ts';
import type { SlackClients } from './slack/slack-clients.ts';
import type { Database } from './store/database.ts';
import { readCardStandings, readCardTroubles, reviveCards } from './store/stuck-cards.ts';

export interface StuckCardSources {
  readonly database: Database;
  readonly clients: SlackClients;
}

/** The notifier looks four times a second; a card that goes from its channel to a direct message takes two rounds. */
const patienceMs = 6_000;
const lookMs = 150;

/** A person's direct messages: nobody has to invite the bot there. */
const isConversation = (channel: string): boolean => /^(?:direct:|D)/u.test(channel);

export const sendStuckCards = async (
  { database, clients }: StuckCardSources,
  targets: readonly Target[],
  now: Date,
  signal: AbortSignal,
): Promise<CardFacts> => {
  const troubles = await readCardTroubles(database.db, now);
  const stuck = troubles.filter(({ onItsWay }) => !onItsWay);
  const places = [...new Set(stuck.map(({ channel }) => channel))];
  const asked = places.filter((one) => !isConversation(one));
  const check = asked.length === 0 ? null : await checkChannels(clients.cards, asked, 0);
  const ofClients = new Set(targets.flatMap(({ slack }) => (slack === null ? [] : [slack.channel])));
  const reachable = check?.kind === 'read' ? check.channels.filter(({ state }) => state === 'in') : [];
  // Others read a shared channel: only a client's own may have cards, and the store gives it no other's.
  const isOpen = ({ channel, shared }: ChannelCheck): boolean => !shared || ofClients.has(channel);
  const channels = [
    ...reachable.filter(isOpen).map(({ channel }) => channel),
    ...places.filter(isConversation),
  ];
  const readByOthers = new Set(
    reachable.flatMap(({ channel, shared }) => (shared || ofClients.has(channel) ? [channel] : [])),
  );
  const sent = await reviveCards(database, { ids: stuck.map(({ id }) => id), channels, at: now });
  const standings = await readSettled(database, sent, signal);
  // Why it is stuck may be another reason by now.
  const since = new Map((await readCardTroubles(database.db, now)).map((card) => [card.id, card.trouble]));
  return {
    cards: troubles.map(({ id, spokenId, channel, trouble, onItsWay }) => ({
      spokenId,
      channel,
      trouble: since.get(id) ?? trouble,
      standing: standings.get(id) ?? (onItsWay ? 'on-its-way' : 'stuck'),
      keptBack: !sent.includes(id) && readByOthers.has(channel),
    })),
  };
};

const readSettled = async (database: Database, ids: readonly string[], signal: AbortSignal) => {
  const until = performance.now() + patienceMs;
  for (;;) {
    const standings = await readCardStandings(database.db, ids);
    const isSettled = ![...standings.values()].includes('on-its-way');
    if (isSettled || performance.now() > until) return standings;
    await sleep(lookMs, undefined, { signal });
  }
};
