/** The daily head of the audit in a whole desk: posted once, late when it was missed, and telling when the record's end was cut. */
import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { channelIds, type World } from '../../../sandbox/world.ts';
import { readAuditHead } from '../../../src/store/audit-store.ts';
import { readSchedules } from '../../../src/store/schedule-store.ts';
import { type OpenDesk, openSmallDesk, toText } from '../../integration/open-desk.ts';

let desk: OpenDesk<World>;
afterEach(() => desk.stop());

const dayMs = 86_400_000;
const readHead = () => desk.database.transact(readAuditHead);
/** Whose card was edited since it was first drawn: that one says only that the head is being read. */
const heads = () =>
  desk.stand.slack
    .messages(channelIds.ops)
    .filter(({ isBot }) => isBot)
    .map(toText)
    .filter((text) => !text.includes('is being read'));

it('is posted to the ops channel, says that it is late where it was missed, and sees a cut end', async () => {
  desk = await openSmallDesk();
  await desk.say('whoami');
  await desk.quiet();
  const before = await readHead();
  // The desk was away over three mornings.
  desk.pass(3 * dayMs + 3_600_000);
  await expect.poll(heads, { timeout: 12_000 }).toHaveLength(1);
  await desk.quiet();
  const [card = ''] = heads();
  expect(card).toContain(`Audit sealed up to row `);
  const [, position = '', hash = ''] = /^Row (\d+)\n([0-9a-f]{64})$/mu.exec(card) ?? [];
  expect(Number(position)).toBeGreaterThanOrEqual(before.position);
  expect(hash).toMatch(/^[0-9a-f]{64}$/u);
  expect(card).toMatch(/⚠️ Late by [23] days: it was due 20\d\d-\d\d-\d\d 07:00 C[SD]T, and this one stands/u);

  // Somebody who may do anything in the database takes the end of the record away, and more comes after it.
  await desk.database.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await trx.deleteFrom('audit_rows').where('position', '>=', position).execute();
  });
  for (let count = 0; count < 5; count += 1) await desk.say('whoami');
  await desk.quiet();
  const [next] = (await readSchedules(desk.database.db)).filter(({ key }) => key === 'audit-head');
  desk.pass((next?.nextDueAt.getTime() ?? 0) - desk.now().getTime());
  await expect.poll(heads, { timeout: 12_000 }).toHaveLength(2);
  await desk.quiet();
  const cut = heads().at(-1) ?? '';
  expect(cut).toContain(
    `❌ The audit was cut or changed: row ${position}, posted last time, is not what it was`,
  );
  expect(cut).toContain(`Row ${position} had the hash ${hash}. Keep this card`);
  expect(cut).not.toContain('Late by');
}, 40_000);
