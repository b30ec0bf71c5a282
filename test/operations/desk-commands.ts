/** All commands of the desk over a real database, with nothing outside: readers of other systems are never reached by a request. */
import { createPowers } from '../../src/app-commands.ts';
import { type CommandPowers, createCommands } from '../../src/commands/index.ts';
import type { AnyCommand } from '../../src/operations/command.ts';
import type { CommandList } from '../../src/operations/words.ts';
import type { Database } from '../../src/store/database.ts';
import { createRequestStore } from '../../src/store/request-store.ts';

const unreached = async (): Promise<never> => {
  throw new Error('a request must not reach outside');
};

export const createDeskCommands = (
  database: Database,
  now: () => Date,
  commands: () => CommandList,
): readonly AnyCommand[] =>
  createCommands(
    createPowers({
      database,
      requests: createRequestStore(database, now),
      admins: [],
      opsChannel: null,
      zone: 'UTC',
      commands,
      now,
      approvals: [],
      approving: {
        asking: {
          openRound: unreached,
          readRound: unreached,
          mayDecide: unreached,
          readApprovers: unreached,
          showTo: unreached,
          remind: unreached,
        },
        castVote: async () => ({ kind: 'none' }),
        findOpen: async () => null,
      },
      redact: (text) => text,
      readRegistryFile: unreached,
      readPipeline: unreached,
      readHistory: unreached,
      readSource: unreached,
      readKnownRuns: async () => null,
      probe: unreached,
      readInstance: unreached,
      fingerprint: (...parts) => parts.join(' '),
      readFingerprint: unreached,
      reachControl: unreached,
      doctor: new Proxy({}, { get: () => unreached }) as CommandPowers['doctor'],
    }),
  );
