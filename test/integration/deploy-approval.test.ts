/** A deploy asked of a second person, through Slack: who may decide, who may not, and what is recorded. How else it may end is in `test/whole/approval-ends.test.ts`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApprovalDesk, openApprovalDesk } from './approval-desk.ts';

let asking: ApprovalDesk;
beforeAll(async () => {
  asking = await openApprovalDesk();
});
afterAll(() => asking.stop());

it('is shown to approvers directly, decided by another person only, and told to whoever asked', async () => {
  const { ask, press, until, untilTold, desk } = asking;
  const card = await ask('deploy aster');
  expect(card).toContain('0 of 1 approval');
  await untilTold('approver', ': waits for 1 approval');
  await press('approve', 'onCall');
  await untilTold('onCall', 'does not include');
  await press('approve', 'outsider');
  await untilTold('outsider', 'role');
  expect(await until('0 of 1 approval')).toContain('Withdraw');
  await press('approve', 'approver');
  expect(await until('approved by')).toContain('This desk does not start deploys yet');
  // An edited card wakes nobody.
  await untilTold('onCall', 'approved by');
  await desk.quiet();
});

it('is decided by nobody on their own request, whatever their role', async () => {
  const { ask, press, until, untilTold, desk } = asking;
  await ask('deploy aster --ref main', 'approver');
  await press('approve', 'approver');
  await untilTold('approver', 'somebody else has to decide');
  expect(await until('0 of 1 approval')).toContain('Withdraw');
  await press('withdraw', 'onCall');
  expect(await until('withdrawn by')).toContain('Ask again');
  await desk.quiet();
});

it('is recorded: who decided on which digest, and who was refused', async () => {
  const rows = (await asking.desk.readAuditRows()).filter(({ verb }) => verb === 'decide');
  const decided = rows.filter(({ event }) => event === 'answered');
  expect(decided).toHaveLength(2);
  expect(JSON.stringify(decided)).toMatch(/"digest":"[0-9a-f]{64}"/u);
  expect(rows.filter(({ event }) => event === 'denied')).toHaveLength(2);
});

it('is not asked for by a user of the machine, who could be anybody', async () => {
  const { err, out, exit } = await asking.desk.terminal(['deploy', 'aster']);
  expect(`${out}${err}`).toContain('personal token');
  expect(exit).toBe(3);
});
