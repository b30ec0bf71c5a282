/** Five hundred clients, rendered alone: a lawful and readable card, and each client on it, counted on it, in the file and in the JSON. The whole desk with as many is in test/whole. */
import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../../sandbox/slack/rules/blocks.ts';
import { checkMessage, limits } from '../../../src/blocks/limits.ts';
import type { RenderedMessage } from '../../../src/blocks/message.ts';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { type HealthView, renderHealthCard, toHealthJson } from '../../../src/commands/health/blocks.ts';
import type { HealthReport } from '../../../src/policy/health/report.ts';
import { hourMs, now } from '../../policy/health/sample-facts.ts';
import { fiveHundred, reportOf, sampleView } from './sample-reports.ts';

const render = (report: HealthReport, over: Partial<HealthView> = {}): RenderedMessage =>
  renderHealthCard(report, { ...sampleView, ...over });

describe('five hundred clients, three hundred failing', () => {
  const message = render(reportOf(fiveHundred()));
  const card = toPlainText(message);

  it('stay within the limits, the worst first, the cause before them', () => {
    expect(checkMessage(message.blocks, message.text)).toStrictEqual([]);
    // The pretend Slack has rules of its own, written down apart from ours.
    expect(checkBlocks(message.blocks, 'message')).toStrictEqual([]);
    expect(message.blocks.length).toBeLessThanOrEqual(limits.messageBlocks);
    const lines = card.split('\n');
    expect(lines[0]).toContain(
      '300 of 500 need you, 150 of them probably by one cause: Acumatica; worst: Client number 297',
    );
    expect(lines[1]).toContain('Probably one cause: Acumatica. 150 of 480 clients');
    expect(lines.length).toBeLessThan(90);
  });

  it('say how many are left out and where they are', () => {
    expect(card).toMatch(/… and \d+ more like these\n/);
    expect(card).toMatch(
      /\d+ of 500 clients are not named here: see the file health-7F3K2M\.txt, or use --json\./,
    );
    expect(card).toContain('(first 100 of 500)');
  });

  it('name or count every client, on the card and in the JSON', () => {
    const named = new Set(card.match(/Client number \d+ of/g)).size;
    expect(card).toContain(`${500 - named} of 500 clients are not named here`);
    const tally = /❌ (\d+) failing · ❔ (\d+) unknown · ✅ (\d+) healthy/.exec(card)?.slice(1).map(Number);
    expect(tally).toStrictEqual([300, 20, 180]);
    const { clients, counts } = toHealthJson(reportOf(fiveHundred()));
    expect(new Set(clients.map(({ client }) => client.key)).size).toBe(500);
    expect(counts).toMatchObject({ judged: 500, fail: 300, unknown: 20, pass: 180 });
  });

  it('the file has all of them, and does not depend on when it is rendered', () => {
    const rows =
      message.file?.content.split('\n').filter((line) => line.includes('of the great fleet  ')) ?? [];
    expect(new Set(rows.map((row) => /client-\d+/.exec(row)?.[0])).size).toBe(500);
    const later = render(reportOf(fiveHundred()), {
      now: new Date(now.getTime() + hourMs),
      claims: [{ targetKey: 'client-3', by: 'Ann', at: now }],
    });
    expect(later.file).toStrictEqual(message.file);
  });

  it('make no file while the check runs', () => {
    const running = render(reportOf(fiveHundred().slice(0, 400), { finishedAt: null, total: 500 }));
    expect(running.file).toBeUndefined();
    expect(toPlainText(running)).toContain('listed when the check is done');
    expect(running.text).toMatch(/^Checking all clients, 400 of 500 done: 300 need you so far/);
  });
});
