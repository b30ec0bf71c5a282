/** The real door and store with `audit`, and three notes in the record: of two days, two clients and three people, one of whom was denied. */
import { defineAudit } from '../../../src/commands/audit/command.ts';
import { defineNote } from '../../../src/commands/note/command.ts';
import {
  readAudit,
  readAuditHead,
  readSealed,
  readSealedPositions,
  readSealedRows,
} from '../../../src/store/audit-store.ts';
import { toDb } from '../../../src/store/database.ts';
import { addNote } from '../../../src/store/health-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { readHashAt } from '../../../src/store/upkeep-store.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, type TestDoor } from '../../support/door.ts';

export interface AuditDesk extends DeskDatabase {
  door: TestDoor;
  ids: Readonly<Record<string, string>>;
  /** What the daily card showed last. */
  posted: { readonly position: number; readonly hash: string } | null;
  /** Everything anew. */
  readonly reset: () => Promise<void>;
}

export const openAuditDesk = async (redact = (text: string): string => text): Promise<AuditDesk> => {
  const own = await createDeskDatabase();
  const { database } = own;
  const openDoor = () =>
    createTestDoor({
      database,
      commands: (late) => [
        defineNote({ addNote }),
        defineAudit({
          read: readAudit,
          readSealedRows,
          readSealedPositions,
          untied: database.untied,
          redact,
          commands: () => late().commands,
          readSealed,
          readHead: readAuditHead,
          readPosted: async () => desk.posted,
          readHashAt: (tx, position) => readHashAt(toDb(tx), position),
          readNames: (tx, scope) => readTargets(toDb(tx), scope),
          opsChannel: 'C0OPS',
          zone: 'UTC',
        }),
      ],
    });
  const desk: AuditDesk = {
    ...own,
    door: openDoor(),
    ids: {},
    posted: null,
    reset: async () => {
      await own.clear();
      desk.ids = await writeTestClients(database, [toTestClient('heritage'), toTestClient('bayline')]);
      desk.posted = null;
      desk.door = openDoor();
      await desk.door.ask('note heritage one', { as: 'operator' });
      desk.door.pass(86_400_000);
      await desk.door.ask('note bayline two', { as: 'approver' });
      await desk.door.ask('note bayline three', { as: 'viewer' });
    },
  };
  return desk;
};
