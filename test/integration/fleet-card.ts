/** A fleet in one card, whatever its size: within Slack's limits, nothing cut in silence, the whole in a file in its thread; and one cause named where many hosts are dead. Each size's test file runs these. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet, type World } from '../../sandbox/world.ts';
import { type OpenDesk, openDesk, toText } from './open-desk.ts';

/** GitHub's 900 points a minute at three requests a client; a free answer (304) takes its point as well. */
const readInAMinute = 300;

/** More than half of the sites are dead, and three in ten have red CI. */
export const testFleetCard = (count: number): void => {
  const dead = Math.round(count * 0.55);
  let desk: OpenDesk<World>;
  let tookMs = 0;
  beforeAll(async () => {
    desk = await openDesk({
      world: createFleet({
        count,
        now: new Date(),
        deadHosts: dead,
        dead: 'refused',
        redCi: Math.round(count * 0.3),
      }),
      env: { ACUOPS_CONTROL_URL: 'http://127.0.0.1:1/' },
    });
    const since = performance.now();
    await desk.ask('health');
    tookMs = performance.now() - since;
  }, 90_000);
  afterAll(() => desk.stop());

  const card = (): string => toText(desk.newest());
  /** What the card's line of counts says: a fleet that is larger than a minute of GitHub's limit has unknown ones at first. */
  const readTally = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...card().matchAll(/\S+ (\d+) (failing|unknown|healthy)\b/gu)].map(([, number, word = '']) => [
        word,
        Number(number),
      ]),
    );

  describe(`a fleet of ${count}`, () => {
    it('is one card that Slack took, in time', () => {
      // A fleet has 60 s up to 500 clients.
      expect(tookMs).toBeLessThan(60_000);
      expect(desk.messages()).toHaveLength(1);
      const { blocks, text } = desk.newest();
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(text.length).toBeLessThanOrEqual(300);
      expect(text).toContain(` of ${count} need you`);
      // Slack refuses what is too large; no call of ours was refused.
      expect(desk.stand.slack.calls().filter(({ ok }) => !ok)).toEqual([]);
    });

    it('says first that it is probably our own network, as the control host does not answer either', () => {
      expect(desk.newest().text).toContain('probably by one cause: our own network');
      expect(card()).toContain(
        `Probably one cause: our own network. ${dead} of ${count} clients do not answer, nor does the control host`,
      );
      expect(card().indexOf('Probably one cause')).toBeLessThan(card().indexOf('P1 ·'));
    });

    it('names the worst, counts every other one and says where they are', () => {
      const named = desk.stand.world.clients.filter(({ name }) => new RegExp(`${name}\\b`, 'u').test(card()));
      expect(named.length).toBeGreaterThan(10);
      expect(card()).toContain(
        `${count - named.length} of ${count} clients are not named here: see the file health-`,
      );
      expect(card()).toMatch(/… and \d+ more like these\n/u);
      expect(card()).toContain(`Details of … (first 100 of ${count})`);
      // A person reads it on a phone: what to do first, not five hundred lines.
      expect(card().split('\n').length).toBeLessThan(90);
    });

    it('has the whole as a file in the card’s thread, one row for each client', () => {
      const files = desk.stand.slack.files();
      expect(files).toHaveLength(1);
      const [file] = files;
      expect(file).toMatchObject({
        threadTs: desk.newest().ts,
        title: expect.stringContaining(`All ${count} clients`),
      });
      const text = file?.bytes.toString() ?? '';
      const states = new Map(
        [...text.matchAll(/^(\w+) .* (client-\d{4}) /gmu)].map(([, state = '', key = '']) => [key, state]),
      );
      expect([...states.keys()].toSorted()).toEqual(desk.stand.world.clients.map(({ id }) => id).toSorted());
      const tally: Record<string, number> = {};
      for (const state of states.values()) tally[state] = (tally[state] ?? 0) + 1;
      expect(readTally()).toEqual(tally);
      expect(desk.newest().text).toMatch(new RegExp(`^${tally['failing']} of ${count} need you`, 'u'));
      expect(text).toContain('connection refused');
      expect(text).not.toContain('api-2026');
    });

    it('brings everything by --json, and is asked again without paying', async () => {
      const unknown = readTally()['unknown'] ?? 0;
      expect(unknown).toBeLessThanOrEqual(Math.max(0, count - readInAMinute));
      desk.pass(6 * 60_000);
      desk.stand.github.resetCounts();
      const { exit, body } = await desk.json(['health']);
      expect(exit).toBe(1);
      expect(body.data.clients.map(({ client }) => client.key).toSorted()).toEqual(
        desk.stand.world.clients.map(({ id }) => id).toSorted(),
      );
      const stillUnknown = body.data.clients.filter(({ state }) => state === 'unknown');
      expect(stillUnknown.length).toBeLessThanOrEqual(Math.max(0, count - readInAMinute));
      expect(body.data.commonCause).toMatchObject({ kind: 'network', failing: dead, probed: count });
      const calls = desk.stand.github.calls();
      // What was read once costs nothing; only what could not be read is paid for.
      expect(calls.filter(({ charged }) => charged > 0).length).toBeLessThanOrEqual(3 * unknown);
      expect(calls.length / count).toBeLessThanOrEqual(3);
    }, 90_000);
  });
};
