/** The reminder: asked by the desk alone, once, lawful whatever the client is called. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkMessage } from '../../../src/blocks/limits.ts';
import { defineApprovalReminder } from '../../../src/commands/approval-reminder/command.ts';
import { scheduler } from '../../../src/operations/schedule.ts';
import { makeOperation } from '../../support/card-memory.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectRefusal } from '../../support/door.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());

const input = {
  operation: '7F3K2M',
  client: 'A <!channel> *Ltd*',
  environment: 'production',
  missing: 1,
  expiresAt: '2026-11-20T08:20:00.000Z',
  groups: ['S0APPROVERS'],
};

it('exists for nobody but the desk', async () => {
  const door = createTestDoor({ database: desk.database, commands: [defineApprovalReminder()] });
  expect(expectRefusal(await door.request('approval-reminder', input)).reason).toBe('unknown-verb');
  door.grant(scheduler, [{ role: 'desk', targetIds: null }]);
  const asked = { as: scheduler, via: 'timer', key: 'approval-reminder:x:1' } as const;
  const first = await door.request('approval-reminder', input, asked);
  const again = await door.request('approval-reminder', input, asked);
  if (first.kind !== 'started') throw new Error(first.kind);
  expect(again).toMatchObject({ kind: 'started', operation: { id: first.operation.id } });
});

it.each([
  [{}, 'still waits for 1 approval until 08:20 UTC'],
  [{ isAnew: true }, 'changed since it was approved and waits anew for 1 approval until 08:20 UTC'],
])('calls those who may decide and nobody else, and says until when: %j', async (over, say) => {
  const command = defineApprovalReminder();
  if (command.kind !== 'long') throw new Error(command.kind);
  const message = await command.render({
    now: new Date('2026-11-20T08:10:00Z'),
    zone: 'UTC',
    cardId: 'card',
    version: 1,
    operation: makeOperation({ verb: 'approval-reminder', input: { ...input, ...over } }),
    supersededBy: null,
    internal: true,
  });
  expect(checkMessage(message.blocks, message.text)).toEqual([]);
  expect(message.text).toContain(say);
  expect(JSON.stringify(message.blocks)).toContain('<!subteam^S0APPROVERS>');
  expect(JSON.stringify(message)).not.toContain('<!channel>');
});
