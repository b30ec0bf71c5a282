/** What a health card's buttons do, the same in both of Slack's modes; each mode's test file runs these. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds, personIds, type World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk, toText } from './open-desk.ts';

const again = { actionId: 'acuops:health:again' };
const claim = { actionId: 'acuops:health:claim' };
const details = { actionId: 'acuops:health:details' };
const note = { actionId: 'acuops:health:note' };

const readSpokenIds = (text: string): readonly string[] => text.match(/\b[0-9A-HJKMNP-TV-Z]{6}\b/gu) ?? [];

export const testHealthButtons = (mode: 'http' | 'socket'): void => {
  let desk: OpenDesk<World>;
  beforeAll(async () => {
    desk = await openSmallDesk({ mode });
    await grantTeam(desk);
    // GitHub takes its time, so that two people can ask while one check runs.
    desk.stand.github.faults.slow({ path: '*', times: 40 }, 700);
  });
  afterAll(() => desk.stop());

  const view = (who: keyof typeof personIds = 'onCall') => {
    const [open] = desk.stand.slack.openViews(personIds[who]).toReversed();
    if (!open) throw new Error('no window is open');
    return open;
  };
  const viewText = (who?: keyof typeof personIds) => toText({ text: '', blocks: view(who).blocks });
  const choose = (key: string) => {
    const select = desk
      .newest()
      .blocks.flatMap((block) => (block['elements'] ?? []) as Record<string, unknown>[])
      .find((element) => element['action_id'] === details.actionId);
    const options = (select?.['options'] ?? []) as { value: string }[];
    const option = options.find(({ value }) => value.includes(key));
    if (!option) throw new Error(`no option ${key}`);
    return { ...details, selectedOption: option.value };
  };

  describe(`in ${mode} mode`, () => {
    it('two who ask the same at once are shown one check and one card', async () => {
      const first = await desk.say('health', 'onCall');
      const second = await desk.say('health', 'approver');
      expect(first).toContain('is under way');
      expect(second).toContain('is running already');
      expect(readSpokenIds(second)[0]).toBe(readSpokenIds(first)[0]);
      await desk.quiet();
      expect(desk.messages()).toHaveLength(1);
      const card = desk.newest();
      const pictures = card.earlierBlocks.map((blocks) => toText({ text: '', blocks }));
      expect(pictures.some((text) => /Checking all clients, \d of 8 done/u.test(text))).toBe(true);
      expect(card.text).toContain('4 of 7 need you');
    });

    it('“I’m on it” shows who and when on the card, and the second one is told who was first', async () => {
      await desk.press({ ...claim, index: 1 }, 'onCall');
      await desk.quiet();
      expect(toText(desk.newest())).toMatch(/🙋 .*U0DANALEE0.* is on it since 20\d\d-/u);
      const [earlier = []] = desk.newest().earlierBlocks.toReversed();
      expect(toText({ text: '', blocks: earlier })).not.toContain('is on it since');
      const told = desk.stand.slack.ephemerals(personIds.onCall).at(-1);
      expect(told?.text).toContain('You are on');
      const late = await desk.say('take bayline', 'approver');
      expect(late).toContain('U0DANALEE0');
      expect(late).toContain('Talk to them');
    });

    it('Details opens a window on the chosen client with every criterion and its age', async () => {
      await desk.press(choose('kestrel'), 'onCall');
      await expect.poll(() => viewText(), { timeout: 5_000 }).toContain('Kestrel Instruments');
      for (const part of [
        'sign-in works',
        'Last deploy 28 days ago',
        'CI failed once',
        'seen ',
        'Europe/London',
      ])
        expect(viewText()).toContain(part);
      expect(viewText()).not.toContain('Heritage');
    });

    it('Note opens a form on the card’s clients, and what is sent is in status for the team', async () => {
      await desk.press(note, 'onCall');
      await expect.poll(() => view().callbackId, { timeout: 5_000 }).toBe('acuops:health:note');
      await desk.stand.slack.submitView(personIds.onCall, view(), {
        client: {
          'acuops:health:note-client': { type: 'static_select', selected_option: { value: 'heritage' } },
        },
        note: {
          'acuops:health:note-text': {
            type: 'plain_text_input',
            value: 'Called <!channel> them, password comes at 9',
          },
        },
      });
      const status = await desk.ack('status heritage', 'approver');
      expect(JSON.stringify(status.body)).toContain('&lt;!channel&gt; them, password comes at 9');
      expect(toText(status)).toContain('Notes:');
    });

    it('Check again takes the newest card over; from an older one it makes a new card and says so there', async () => {
      const [before] = desk.messages();
      await desk.press(again, 'onCall');
      await desk.quiet();
      expect(desk.messages()).toHaveLength(1);
      expect(desk.newest().ts).toBe(before?.ts);
      expect(toText(desk.newest())).toContain('none recovered since check');
      await desk.ask('health');
      expect(desk.messages()).toHaveLength(2);
      const { slack } = desk.stand;
      const [old] = desk.messages();
      await slack.click(personIds.onCall, channelIds.ops, old?.ts ?? '', again);
      await desk.quiet();
      expect(desk.messages()).toHaveLength(3);
      const [superseded] = desk.shown();
      expect(superseded).toMatch(/^⏭️ Superseded by [0-9A-Z]{6}, older picture: 4 of 7/u);
      expect(superseded).not.toContain('[');
      expect(superseded).toContain(readSpokenIds(desk.shown()[2] ?? '').at(-1));
    });

    it('a press by whoever has no role does nothing, is told to them alone and is recorded', async () => {
      const before = desk.messages().length;
      await desk.press(again, 'outsider');
      await expect
        .poll(() => desk.stand.slack.ephemerals(personIds.outsider).at(-1)?.text, { timeout: 5_000 })
        .toContain('You have no role at this desk');
      await desk.quiet();
      expect(desk.messages()).toHaveLength(before);
      expect((await desk.readAuditRows()).filter(({ event }) => event === 'denied')).toMatchObject([
        { actor: 'T0ACUOPS00:U0OLABRA00', verb: 'health' },
      ]);
    });

    it('a double click counts once, and the second press is told so', async () => {
      const read = async () =>
        (await desk.readAuditRows()).filter(({ event }) => event === 'asked' || event === 'joined').length;
      const before = await read();
      const { slack } = desk.stand;
      await slack.click(personIds.onCall, channelIds.ops, desk.newest().ts, again, {
        times: 2,
        concurrently: true,
      });
      await expect
        .poll(() => slack.ephemerals(personIds.onCall).at(-1)?.text, { timeout: 5_000 })
        .toContain('Somebody pressed this before you');
      await desk.quiet();
      expect(await read()).toBe(before + 1);
    });

    it('one press that comes three times is one check', async () => {
      const { slack } = desk.stand;
      const asked = async () =>
        (await desk.readAuditRows()).filter(({ event, verb }) => event === 'asked' && verb === 'health')
          .length;
      const before = await asked();
      await slack.click(personIds.onCall, channelIds.ops, desk.newest().ts, again, {
        times: 3,
        replay: true,
        concurrently: true,
      });
      await desk.quiet();
      expect(await asked()).toBe(before + 1);
      expect(desk.messages()).toHaveLength(3);
    });
  });
};
