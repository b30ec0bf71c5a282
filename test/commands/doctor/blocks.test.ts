/** Doctor's card: the verdict for every mix of findings, and a picture within Slack's limits whatever was found. */
import { expect, it } from 'vitest';
import { checkMessage } from '../../../src/blocks/limits.ts';
import { renderDoctor, sayVerdict, toDoctorJson } from '../../../src/commands/doctor/blocks.ts';
import { type DoctorReport, type Finding, find, toExit } from '../../../src/commands/doctor/findings.ts';

const report = (findings: readonly Finding[], finished = true): DoctorReport => ({
  schema: 'acuops.doctor/1',
  startedAt: '2026-11-20T08:00:00.000Z',
  finishedAt: finished ? '2026-11-20T08:00:04.000Z' : null,
  looked: finished ? 6 : 0,
  areas: 6,
  findings: [...findings],
});
const view = { zone: 'UTC', spokenId: '7F3K2M' };
const well = find('Queue', 'pass', 'It answers.');
const warned = find('Killswitch', 'warn', 'It is on.', 'Turn it off.');
const unknown = find('GitHub', 'unknown', 'No answer.', 'Ask again.');
const broken = find('Admins', 'fail', 'Nobody.', 'Set `ACUOPS_ADMINS`.');

it.each([
  [[well], 'All well', 0],
  [[well, warned], 'The desk works; 1 thing to look at: Killswitch', 0],
  [[well, warned, unknown], '1 thing could not be looked at: GitHub', 4],
  [[well, warned, unknown, broken], '1 thing needs mending: Admins', 1],
  [[broken, { ...broken, name: 'Cards' }], '2 things need mending: Admins, Cards', 1],
] as const)('says %# as a lock screen shows it', (findings, verdict, exit) => {
  expect(sayVerdict(report(findings))).toBe(verdict);
  expect(renderDoctor(report(findings), view).text).toBe(verdict);
  expect(toExit(findings)).toBe(exit);
});

it('says before anybody began that a worker may be missing', () => {
  const message = renderDoctor(report([], false), view);
  expect(message.text).toBe('Looking at the desk: 0 of 6 parts done');
  expect(JSON.stringify(message.blocks)).toContain('no worker is running');
});

it('keeps Slack’s limits however much is broken, and the rest is in the file', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    find(`Thing ${index}`, 'fail', 'x'.repeat(2_000), 'y'.repeat(900), ['one', 'two']),
  );
  const message = renderDoctor(report(many), view);
  expect(checkMessage(message.blocks, message.text)).toEqual([]);
  expect(message.file?.content).toContain('Thing 59');
  expect(JSON.stringify(message.blocks)).toMatch(/\d+ more are in the file doctor-7F3K2M\.txt/u);
});

it('hands plain words to --json', () => {
  expect(toDoctorJson(report([broken]))).toMatchObject({
    verdict: '1 thing needs mending: Admins',
    exitCode: 1,
    findings: [{ mend: 'Set ACUOPS_ADMINS.' }],
  });
});
