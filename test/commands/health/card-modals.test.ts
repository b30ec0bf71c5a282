import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseActionValue } from '../../../src/blocks/action-id.ts';
import { checkView } from '../../../src/blocks/limits.ts';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { renderDetails, renderNoteModal } from '../../../src/commands/health/blocks.ts';
import { hostileText } from '../../blocks/hostile-text.ts';
import { now } from '../../policy/health/sample-facts.ts';
import { arbitraryReport } from './arbitrary-report.ts';
import { eight, judged, reportOf, sampleView } from './sample-reports.ts';

const report = reportOf(eight());

describe('details', () => {
  it('show four criteria with cause, since, step, link and age', () => {
    expect(toPlainText(renderDetails(report, 'heritage', sampleView)).split('\n')).toStrictEqual([
      'Heritage Fabrics',
      'P1 · Heritage Fabrics (premium) · answer by 2026-11-20 05:40 CST',
      '─'.repeat(20),
      '❌ API: sign-in refused, since 2026-11-20 01:40 CST',
      '→ ask the client for a new API password, store it, then check again',
      'seen 42 s ago · heritage.example.com',
      '✅ Deploy workflow enabled',
      'Open (https://github.example/workflow)',
      'seen just now',
      '✅ Last deploy 1 day ago',
      'Open (https://github.example/runs/999)',
      'seen just now',
      '✅ CI passes (acuops-ci.yml)',
      'Open (https://github.example/runs/998)',
      'seen just now',
      "[I'm on it]",
      'acme/acuops-heritage · America/Chicago',
    ]);
  });

  it('offer the refused sign-in again only to who may, and warn', () => {
    const allowed = JSON.stringify(
      renderDetails(report, 'heritage', { ...sampleView, canRetrySignIn: true }),
    );
    expect(allowed).toContain('acuops:health:retry-sign-in');
    expect(allowed).toContain('can lock the API account');
    expect(JSON.stringify(renderDetails(report, 'heritage', sampleView))).not.toContain('retry-sign-in');
    expect(
      JSON.stringify(renderDetails(report, 'quill', { ...sampleView, canRetrySignIn: true })),
    ).not.toContain('retry-sign-in');
  });

  it('say that an unread fact was tried, not seen', () => {
    expect(toPlainText(renderDetails(report, 'marina', sampleView))).toContain('tried just now');
  });

  it('say why a client is not judged', () => {
    expect(toPlainText(renderDetails(report, 'relic', sampleView))).toContain(
      'Not judged: this client is offboarding.',
    );
  });

  it('answer for a client that the check does not have', () => {
    expect(toPlainText(renderDetails(report, 'nobody <!channel>', sampleView))).toContain(
      'This check has nothing on nobody <!channel>.',
    );
    const running = reportOf([], { finishedAt: null, total: 8 });
    expect(toPlainText(renderDetails(running, 'heritage', sampleView))).toContain('It was not looked at yet');
  });

  it('fit with a hundred workflows, and say how many are left out', () => {
    const many = judged({ ciWorkflows: Array.from({ length: 100 }, (_, index) => `w${index}.yml`) });
    const view = renderDetails(reportOf([many]), 'heritage', sampleView);
    expect(checkView(view)).toStrictEqual([]);
    expect(toPlainText(view)).toContain('and 43 more CI workflows');
  });

  it('are lawful whatever the report', () => {
    fc.assert(
      fc.property(arbitraryReport, hostileText, (any, by) => {
        const claims = [{ targetKey: 'key-0', by, at: now }];
        expect(
          checkView(renderDetails(any, 'key-0', { ...sampleView, claims, canRetrySignIn: true })),
        ).toStrictEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the note', () => {
  const clients = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `key-${index}`, name: `Client ${index}` }));

  it('for one client names it and carries its key', () => {
    const view = renderNoteModal(clients(1), sampleView);
    expect(toPlainText(view)).toContain('Note on Client 0');
    expect(parseActionValue(view.private_metadata ?? '')).toStrictEqual({
      cardId: sampleView.cardId,
      version: 3,
      targetKey: 'key-0',
      stamp: undefined,
    });
  });

  it.each([2, 100, 101, 500])('for %i clients lets choose one', (count) => {
    const view = renderNoteModal(clients(count), sampleView);
    expect(checkView(view)).toStrictEqual([]);
    const keys = [...JSON.stringify(view).matchAll(/"value":"(key-\d+)"/g)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(count);
  });

  it('for none says so', () => {
    const view = renderNoteModal([], sampleView);
    expect(checkView(view)).toStrictEqual([]);
    expect(toPlainText(view)).toContain('no client');
  });

  it('is lawful whatever the names', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 120 }), (names) => {
        const view = renderNoteModal(
          names.map((name, index) => ({ key: `key-${index}`, name })),
          sampleView,
        );
        expect(checkView(view)).toStrictEqual([]);
      }),
    );
  });
});
