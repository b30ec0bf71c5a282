import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseActionValue } from '../../../src/blocks/action-id.ts';
import { checkMessage } from '../../../src/blocks/limits.ts';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { type HealthView, renderHealthCard } from '../../../src/commands/health/blocks.ts';
import { hostileText } from '../../blocks/hostile-text.ts';
import { now } from '../../policy/health/sample-facts.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { findPressables } from './pressables.ts';
import { sampleView } from './sample-reports.ts';

describe('whatever the report', () => {
  const person = fc.oneof(hostileText, fc.constant('<@U0ONCALL>'));
  const view: fc.Arbitrary<HealthView> = fc
    .record({
      failedOnly: fc.boolean(),
      supersededBy: fc.constantFrom(null, '9ABCDE'),
      zone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'Nowhere/None'),
      claims: fc.array(
        fc.record({
          targetKey: fc.constantFrom('key-0', 'key-1', 'key-7'),
          by: person,
          at: fc.constant(now),
        }),
        { maxLength: 3 },
      ),
      stale: fc.option(hostileText),
    })
    .map(({ stale, ...over }) => ({ ...sampleView, ...over, ...(stale === null ? {} : { stale }) }));

  it('the card is lawful, and so is every value on it', () => {
    fc.assert(
      fc.property(arbitraryReport, view, (report, over) => {
        const message = renderHealthCard(report, over);
        expect(checkMessage(message.blocks, message.text)).toStrictEqual([]);
        const values = findPressables(message).flatMap((pressable) => pressable.values);
        expect(values.map(parseActionValue)).not.toContain(null);
      }),
      { numRuns: 150 },
    );
  });

  it('each client that is not healthy stands on the card or in the file', () => {
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const clients = report.clients.map((entry, index) => ({
          ...entry,
          client: { ...entry.client, name: `client no. ${index} end` },
        }));
        const message = renderHealthCard({ ...report, clients, finishedAt: now.toISOString() }, sampleView);
        const seen = `${toPlainText(message)}\n${message.file?.content ?? ''}`;
        const missing = clients.filter(
          ({ client, state }) => state !== 'not-judged' && !seen.includes(client.name),
        );
        expect(missing.map(({ state }) => state)).toStrictEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
