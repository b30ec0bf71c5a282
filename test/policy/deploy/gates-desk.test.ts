import { describe, expect, it } from 'vitest';
import { ago, dayMs, known, unknownFact } from '../health/sample-facts.ts';
import { gateFacts, judgeOne, settings } from './sample-gate-facts.ts';

const inZone = (zone: string) => ({ client: { ...gateFacts().client, zone } });
// A Friday, 08:00 UTC.
describe('hours', () => {
  it.each([
    ['America/Chicago', 'pass', 'outside business hours'],
    ['Europe/London', 'warn', 'business hours at the client'],
    ['Nowhere/Land', 'unknown', 'business hours 6 to 18 in Nowhere/Land make no sense'],
  ])('%s is %s', (zone, verdict, say) => {
    expect(judgeOne('hours', inZone(zone))).toMatchObject({ verdict, say });
  });

  it("go by the client's own", () => {
    const own = known(settings({ businessHours: { start: 9, end: 17 } }));
    expect(judgeOne('hours', { ...inZone('Europe/London'), settings: own }).verdict).toBe('pass');
    expect(judgeOne('hours', { ...inZone('Europe/Berlin'), settings: own })).toMatchObject({
      moment: { word: 'until', at: new Date('2026-11-20T16:00:00Z') },
    });
  });

  it('staging has none, and without settings nobody knows', () => {
    expect(judgeOne('hours', { ...inZone('Europe/London'), environment: 'staging' }).verdict).toBe('pass');
    expect(judgeOne('hours', { settings: unknownFact }).verdict).toBe('unknown');
  });
});

describe('killswitch', () => {
  const show = 'an admin: /acuops killswitch show';

  it.each([
    [null, 'pass', 'off', 'killswitch is off', null],
    ['on since 01:00: month end', 'fail', 'killswitch-on', 'on since 01:00: month end', show],
  ])('%s', (stop, verdict, cause, say, next) => {
    const killswitch = known(stop, ago(dayMs));
    const observedAt = ago(dayMs);
    expect(judgeOne('killswitch', { killswitch })).toMatchObject({ verdict, cause, say, next, observedAt });
  });

  it('counts as on where it cannot be read', () => {
    expect(judgeOne('killswitch', { killswitch: unknownFact })).toMatchObject({
      verdict: 'unknown',
      say: 'killswitch not readable, counts as on (GitHub answered 503)',
      next: show,
    });
  });
});
