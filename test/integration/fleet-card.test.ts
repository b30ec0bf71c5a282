/** Two hundred clients in one card: within Slack's limits, nothing cut in silence, the whole in a file in its thread; and one cause named where many hosts are dead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet, type World } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk, toText } from './open-desk.ts';

const count = 200;
let desk: OpenDesk<World>;
let tookMs = 0;
beforeAll(async () => {
  desk = await openDesk({
    world: createFleet({ count, now: new Date(), deadHosts: 110, dead: 'refused', redCi: 60 }),
    env: { ACUOPS_CONTROL_URL: 'http://127.0.0.1:1/' },
  });
  const since = performance.now();
  await desk.ask('health');
  tookMs = performance.now() - since;
}, 90_000);
afterAll(() => desk.stop());

describe('a fleet of two hundred', () => {
  it('is one card that Slack took, in time', () => {
    expect(tookMs).toBeLessThan(30_000);
    expect(desk.messages()).toHaveLength(1);
    const card = desk.newest();
    expect(card.blocks.length).toBeLessThanOrEqual(50);
    expect(card.text.length).toBeLessThanOrEqual(300);
    expect(card.text).toMatch(/^1[3-7]\d of 200 need you/u);
    // Slack refuses what is too large; no call of ours was refused.
    expect(desk.stand.slack.calls().filter(({ ok }) => !ok)).toEqual([]);
  });

  it('says first that it is probably our own network, as the control host does not answer either', () => {
    const card = toText(desk.newest());
    expect(desk.newest().text).toContain('probably by one cause: our own network');
    expect(card).toContain(
      'Probably one cause: our own network. 110 of 200 clients do not answer, nor does the control host',
    );
    expect(card.indexOf('Probably one cause')).toBeLessThan(card.indexOf('P1 ·'));
  });

  it('names the worst, counts the rest and says where they are', () => {
    const card = toText(desk.newest());
    expect(card).toMatch(/… and \d+ more like these: see the file health-[0-9A-Z]{6}\.txt/u);
    expect(card).toMatch(/\d+ of 200 clients are not named here/u);
    expect(card).toMatch(/❌ 1[3-7]\d failing · ✅ \d+ healthy/u);
    expect(card).toContain('Details of … (first ');
  });

  it('has the whole as a file in the card’s thread, one row for each client', () => {
    const files = desk.stand.slack.files();
    expect(files).toHaveLength(1);
    const [file] = files;
    expect(file).toMatchObject({
      threadTs: desk.newest().ts,
      title: expect.stringContaining('All 200 clients'),
    });
    const text = file?.bytes.toString() ?? '';
    for (let at = 1; at <= count; at += 1) expect(text).toContain(`client-${String(at).padStart(4, '0')} `);
    expect(text).toContain('connection refused');
    expect(text).not.toContain('api-2026');
  });

  it('brings everything by --json, and is asked again without paying', async () => {
    desk.pass(6 * 60_000);
    desk.stand.github.resetCounts();
    const { exit, body } = await desk.json(['health']);
    expect(exit).toBe(1);
    expect(body.data.clients).toHaveLength(count);
    expect(body.data.commonCause).toMatchObject({ kind: 'network', failing: 110, probed: 200 });
    const calls = desk.stand.github.calls();
    expect(calls.filter(({ charged }) => charged > 0)).toEqual([]);
    expect(calls.length / count).toBeLessThanOrEqual(3);
  }, 60_000);
});
