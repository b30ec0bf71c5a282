/** How a question to people ends otherwise: rejected, in silence, with two people, and where something changed after they looked. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { personIds } from '../../sandbox/world.ts';
import { type ApprovalDesk, openApprovalDesk } from '../integration/approval-desk.ts';

let asking: ApprovalDesk;
beforeAll(async () => {
  asking = await openApprovalDesk();
});
afterAll(() => asking.stop());

it('is rejected for a reason, which whoever asked reads', async () => {
  const { ask, press, until, untilTold, desk } = asking;
  await ask('deploy aster');
  await press('reject', 'approver');
  const { slack } = desk.stand;
  const newest = () => slack.openViews(personIds.approver).at(-1);
  await expect.poll(() => newest()?.callbackId, { timeout: 10_000 }).toBe('acuops:deploy:reject');
  const view = newest();
  if (!view) throw new Error('no window');
  await slack.submitView(personIds.approver, view, {
    reason: {
      'acuops:deploy:reject-reason': { type: 'plain_text_input', value: 'The month is closed on Friday' },
    },
  });
  expect(await until('rejected by')).toContain('The month is closed on Friday');
  await untilTold('onCall', 'The month is closed on Friday');
  await desk.quiet();
});

it('is asked anew where the plan changed, and the earlier yes counts no more', async () => {
  const { ask, press, until, untilReminded, desk } = asking;
  await ask('deploy aster');
  desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'main');
  await press('approve', 'approver');
  expect(await until('Changed since it was approved')).toContain('0 of 1 approval');
  await untilReminded('waits anew for 1 approval');
  await press('approve', 'admin');
  await until('approved by');
  await desk.quiet();
  desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'v1.8.2');
});

it('is not started where something is in the way by now', async () => {
  const { ask, press, until, desk } = asking;
  await ask('deploy aster');
  await desk.say('killswitch on --target aster --reason "wrong package went out"');
  await press('approve', 'approver');
  expect(await until('approved, but not started')).toContain('wrong package went out');
  await desk.quiet();
  await desk.say('killswitch off --target aster --reason "taken back"');
});

it('needs two different people where the tier does', async () => {
  const { ask, press, until, untilTold, desk } = asking;
  await ask('deploy bayline');
  await press('approve', 'approver');
  await until('1 of 2 approvals');
  await press('approve', 'approver');
  await untilTold('approver', 'one person counts once');
  await press('approve', 'admin');
  expect(await until('approved by')).toContain(personIds.approver);
  await desk.quiet();
});

it('ends where nobody answers in time, after one reminder', async () => {
  const { ask, untilReminded, desk } = asking;
  await ask('deploy aster');
  desk.pass(11 * 60_000);
  await untilReminded('still waits for 1 approval');
  desk.pass(10 * 60_000);
  await desk.quiet(40_000);
  const texts = desk.messages().map(({ text }) => text);
  expect(texts.filter((text) => text.includes('still waits'))).toHaveLength(1);
  expect(texts.join('\n')).toContain('nobody approved in time');
});
