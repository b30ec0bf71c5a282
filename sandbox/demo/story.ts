/** The demo's story: a client's API refuses the desk, the password is rotated, the card recovers, and nobody sees what is not theirs. What Slack shows in the end is judged, not what the desk says of itself. */
import { toPlainText } from '../../src/blocks/plain.ts';
import type { Stand } from '../stand.ts';
import { channelIds, personIds, type Story, type World } from '../world.ts';
import { createTeller, type Person, type Teller } from './teller.ts';

export interface StoryOptions {
  readonly tell: (line: string) => void;
  /** False leaves the old password, and the story must end badly. */
  readonly rotate: boolean;
}

type DemoStand = Stand<World & { readonly story: Story }>;

const heritage = 'Heritage Fabrics';
const bayline = 'Bayline Foods';
const people = {
  dana: { id: personIds.onCall, name: 'Dana (on-call)' },
  marco: { id: personIds.admin, name: 'Marco (admin)' },
  jonas: { id: personIds.clientContact, name: 'Jonas (contact of Bayline Foods)' },
  ola: { id: personIds.outsider, name: 'Ola (outsider)' },
} as const satisfies Record<string, Person>;

/** Gives what is wrong; nothing where all is right. @throws Error where something does not come at all */
export const playStory = async (
  stand: DemoStand,
  { tell, rotate }: StoryOptions,
): Promise<readonly string[]> => {
  const teller = createTeller(stand.slack, tell);
  await playRepair(stand, teller, rotate);
  await playClient(stand, teller);
  await playOutsider(stand, teller);
  const verified = await teller.command(people.marco, channelIds.ops, 'audit verify');
  teller.expect(verified.includes('chain is whole'), 'the audit chain is not whole');
  expectNoSecret(stand, teller);
  return teller.faults();
};

const playRepair = async (stand: DemoStand, teller: Teller, rotate: boolean): Promise<void> => {
  const { dana } = people;
  await teller.command(dana, channelIds.ops, 'health');
  const first = await teller.finishedCard(channelIds.ops);
  teller.expect(
    /^4 of 7 need you/mu.test(dropMarks(first.text)),
    `the first card should say "4 of 7 need you", it says "${first.text}"`,
  );
  const details = await teller.details(dana, first, heritage);
  teller.expect(
    details.includes('API: sign-in refused'),
    `the details of ${heritage} do not say that the sign-in is refused`,
  );
  if (rotate) stand.world.story.heritagePasswordRotated({ secretsDir: stand.secretsDir });
  teller.tell(
    rotate
      ? `\nThe client sends the new password, and it is stored where the desk reads it.`
      : `\nNobody stores the new password.`,
  );
  const second = await teller.checkAgain(dana, first);
  const cards = stand.slack.messages(channelIds.ops).filter((message) => message.isBot);
  const shown = toPlainText(second);
  teller.expect(cards.length === 1, `#ops should show one card for one ask, it shows ${cards.length}`);
  teller.expect(second.ts === first.ts, 'Check again should take over the card, it made a new one');
  teller.expect(
    !new RegExp(`P1 · ${heritage}`, 'u').test(shown),
    `${heritage} should no longer fail, the card still lists it`,
  );
  teller.expect(
    new RegExp(`Recovered: .*${heritage}`, 'u').test(shown),
    `the card should say that ${heritage} recovered`,
  );
  teller.expect(
    shown.includes(`P1 · ${bayline}`),
    `${bayline} is still broken, and the card does not say so`,
  );
};

/** In the client's own channel, which people of another company read. */
const playClient = async (stand: DemoStand, teller: Teller): Promise<void> => {
  const { dana, jonas } = people;
  await teller.command(dana, channelIds.bayline, 'health');
  const card = await teller.finishedCard(channelIds.bayline);
  teller.expect(card.text.includes(bayline), `the card in #bayline-foods does not speak of ${bayline}`);
  const own = await teller.mention(jonas, channelIds.bayline, 'status bayline');
  teller.expect(own.includes(bayline), `${jonas.name} does not get the status of his own company`);
  const other = await teller.mention(jonas, channelIds.bayline, 'status heritage');
  teller.expect(other.includes('may not see'), `${jonas.name} was not refused the status of another client`);
  const seen = [
    ...stand.slack.messages(channelIds.bayline).filter((message) => message.isBot),
    ...stand.slack.ephemerals(jonas.id),
  ];
  const strangers = stand.world.clients.filter(({ name }) => name !== bayline);
  for (const { name } of strangers)
    teller.expect(
      !seen.some((one) => JSON.stringify(one).includes(name)),
      `#bayline-foods shows something of ${name}`,
    );
};

const playOutsider = async (stand: DemoStand, teller: Teller): Promise<void> => {
  const denied = await teller.command(people.ola, channelIds.random, 'health');
  teller.expect(denied.includes('no role'), `${people.ola.name} was not denied`);
  teller.expect(
    stand.slack.messages(channelIds.random).every((message) => !message.isBot),
    'the desk answered the outsider in the open',
  );
};

const expectNoSecret = ({ slack, world }: DemoStand, teller: Teller): void => {
  const shown = JSON.stringify([
    ...Object.values(channelIds).flatMap((id) => slack.messages(id)),
    ...Object.values(personIds).flatMap((id) => [...slack.ephemerals(id), ...slack.messages(slack.dm(id))]),
  ]);
  const passwords = world.clients.flatMap(({ site }) => [site.password, site.deskPassword ?? site.password]);
  teller.expect(!passwords.some((password) => shown.includes(password)), 'a password stands in Slack');
};

const dropMarks = (text: string): string => text.replaceAll(/^[^\p{L}\p{N}]+/gmu, '');
