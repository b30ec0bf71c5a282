/** Cards that could not be delivered: doctor names them with their mend, and sends them as soon as the cause is mended; once, and only where they may be seen. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelIds, type World } from '../../../sandbox/world.ts';
import { type OpenDesk, openSmallDesk, toText } from '../../integration/open-desk.ts';

let desk: OpenDesk<World>;
beforeEach(async () => {
  desk = await openSmallDesk();
});
afterEach(() => desk.stop());

interface Told {
  readonly name: string;
  readonly state: string;
  readonly say: string;
  readonly mend: string | null;
}
const readCards = async (): Promise<Told> => {
  const { body } = await desk.json<{ findings: readonly Told[] }>(['doctor']);
  const found = body.data.findings.find(({ name }) => name === 'Cards');
  if (!found) throw new Error('doctor said nothing of cards');
  return found;
};
const setBot = (isMember: boolean) =>
  desk.stand.slack.setMembership(channelIds.ops, desk.stand.slack.botUserId, isMember);
/** Asks, waits until the sender gave up, and gives the spoken id. */
const askInVain = async (): Promise<string> => {
  const receipt = await desk.say('health aster');
  await desk.quiet();
  return /health ([0-9A-HJKMNP-TV-Z]{6})/u.exec(receipt)?.[1] ?? 'no id';
};
const posts = () => desk.stand.slack.calls('chat.postMessage').filter(({ ok }) => ok).length;
const lasting = { times: 1_000 };

describe('a card that could be posted neither in the channel nor directly', () => {
  beforeEach(() => {
    setBot(false);
    desk.stand.slack.faults.platformError('conversations.open', 'user_disabled', lasting);
  });

  it('is named with its channel and how to mend it, and comes there once the bot is invited', async () => {
    const spokenId = await askInVain();
    const stuck = await readCards();
    expect(stuck.state).toBe('fail');
    expect(stuck.say).toContain(
      `1 card could not be brought up to date: ${spokenId} in #${channelIds.ops}: not_in_channel`,
    );
    expect(stuck.say).toContain('by direct message: user_disabled');
    expect(stuck.mend).toContain(
      `In #${channelIds.ops}, type /invite @acuops, then ask /acuops doctor again`,
    );
    // Asked again without a mend it stays as it is.
    expect((await readCards()).state).toBe('fail');

    setBot(true);
    expect(await readCards()).toMatchObject({
      state: 'pass',
      say: `Stuck before and sent now: ${spokenId}.`,
    });
    expect(desk.messages()).toHaveLength(1);
    expect(toText(desk.newest())).toContain('Aster Medical Supply is healthy');
    expect(toText(desk.newest())).not.toContain('/invite');
    expect((await readCards()).say).toBe('All cards of the last week are delivered.');
    expect(posts()).toBe(1);
  });

  it('stays where it is if others read the channel by now', async () => {
    await askInVain();
    setBot(true);
    desk.stand.slack.setExtShared(channelIds.ops, true);
    const shared = await readCards();
    expect(shared.state).toBe('fail');
    // To invite the bot would help nobody.
    expect(shared.mend).toMatch(
      /^Others read #\S+ by now, .* ask the command again in a channel of your own\.$/u,
    );
    desk.stand.slack.setExtShared(channelIds.ops, false);
    await desk.database.db
      .updateTable('targets')
      .set({ slack_channel: channelIds.ops })
      .where('key', '=', 'heritage')
      .execute();
    const ofClient = await readCards();
    expect(ofClient.state).toBe('fail');
    expect(ofClient.mend).toBe(shared.mend);
    expect(desk.messages()).toEqual([]);
  });
});

describe('a card whose posting was not confirmed while history could not be read', () => {
  beforeEach(() => {
    desk.stand.slack.faults.platformError('conversations.history', 'missing_scope', lasting);
  });

  it('is not posted again; when history can be read it is found and adopted', async () => {
    desk.stand.slack.faults.loseAnswer('chat.postMessage');
    const spokenId = await askInVain();
    const stuck = await readCards();
    expect(stuck.say).toContain(`${spokenId} in #${channelIds.ops}: Slack's answer to a post was lost`);
    expect(stuck.say).toContain('it is not posted again');
    expect(stuck.mend).toContain('Update the app from manifest.yaml and install it again');
    expect(desk.messages()).toHaveLength(1);

    desk.stand.slack.faults.clear();
    expect(await readCards()).toMatchObject({ state: 'pass' });
    expect(desk.messages()).toHaveLength(1);
    expect(toText(desk.newest())).toContain('Aster Medical Supply is healthy');
  });

  it('is posted once more where history shows that it never came', async () => {
    desk.stand.slack.faults.serverError('chat.postMessage');
    await askInVain();
    expect((await readCards()).state).toBe('fail');
    expect(desk.messages()).toEqual([]);
    desk.stand.slack.faults.clear();
    desk.pass(60_000);
    expect(await readCards()).toMatchObject({ state: 'pass' });
    expect(desk.messages()).toHaveLength(1);
  });
});
