/** `remove-client <client> --reason …`: archives a client. Its history stays, its repository, channel and tenant are free for others, its contacts are let out. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { RegistryRecord } from '../../operations/import-registry.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';
import { toCode } from '../../operations/words.ts';
import { ClientKey } from '../../policy/registry/client-words.ts';
import { findClient, replaceClient } from '../../policy/registry/plan-client.ts';

export interface RemoveClientPowers {
  readonly record: Pick<RegistryRecord, 'lock' | 'read' | 'write'>;
  /** So that whoever opens the client later reads why it ended. */
  readonly addNote: (tx: Tx, targetId: string, by: Actor, body: string, at: Date) => Promise<void>;
}

const example = 'remove-client acme --reason "contract ended in October"';

export const defineRemoveClient = (powers: RemoveClientPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'remove-client',
    aliases: ['archive-client'],
    summary: 'Archive a client; its history stays',
    words: {
      positionals: [{ name: 'client', about: 'its id, written out', required: true }],
      flags: { reason: { kind: 'text', about: 'why; it is kept with the client' } },
    },
    example,
    input: z.strictObject({
      client: ClientKey,
      reason: z
        .string()
        .trim()
        .min(3, 'is too short to tell anybody')
        .max(300, 'is longer than 300 characters')
        .optional(),
    }),
    permission: () => 'administer',
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, targetId, actor, now }, { client: id, reason }) => {
      if (reason === undefined)
        return refuseWords(['Say why with `--reason`; it is kept with the client.'], example);
      await powers.record.lock(tx);
      const before = await powers.record.read(tx);
      const known = findClient(before, id);
      if (!known || targetId === null) return refuse('not-found', `There is no client ${toCode(id)}.`);
      const name = `*${escapeLine(known.name)}* \`${id}\``;
      if (known.status === 'archived')
        return refuse('conflict', `${name} is archived already, so nothing changed.`);
      await powers.record.write(tx, before, replaceClient(before, { ...known, status: 'archived' }), now);
      await powers.addNote(tx, targetId, actor, `Archived: ${reason}`, now);
      return answerLines({
        lines: [
          `${name} is archived. It is no longer checked, and its contacts are let out; its history stays.`,
          `\`/acuops edit-client ${id} --status active\` brings it back.`,
        ],
        data: { client: id, status: 'archived', reason },
        audit: { client: id, from: known.status, to: 'archived', reason },
      });
    },
  });
