/** `edit-client <client> --tier …`: changes what the flags name and shows each field from → to. Also brings an archived client back. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { refuseFlags, renderEdit, toEditRecord } from '../../blocks/client-change.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { RegistryRecord } from '../../operations/import-registry.ts';
import { refuse } from '../../operations/refusal.ts';
import { toCode } from '../../operations/words.ts';
import { clientFlags, clientShape, hiddenFields, toClientFlags } from '../../policy/registry/client-words.ts';
import type { NormalizeUrl } from '../../policy/registry/normalize-addresses.ts';
import { findClient, planClient } from '../../policy/registry/plan-client.ts';

export interface EditClientPowers {
  readonly record: Pick<RegistryRecord, 'lock' | 'read' | 'write'>;
  readonly normalize: NormalizeUrl;
}

const example = 'edit-client acme --tier standard';

export const defineEditClient = (powers: EditClientPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'edit-client',
    aliases: [],
    summary: 'Change what the desk knows of a client',
    words: {
      positionals: [{ name: 'client', about: 'which client', required: true }],
      flags: clientFlags,
    },
    example,
    input: z.strictObject(clientShape),
    permission: () => 'administer',
    effect: 'record',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    redact: hiddenFields,
    run: async ({ tx, actor, now }, input) => {
      const { record, normalize } = powers;
      const flags = toClientFlags(input);
      if (Object.values(flags).every((value) => value === undefined))
        return refuseWords(['Say what to change. `/acuops help edit-client` lists every flag.'], example);
      await record.lock(tx);
      const before = await record.read(tx);
      const id = input.client;
      const known = findClient(before, id);
      if (!known) return refuse('not-found', `There is no client ${toCode(id)}.`);
      const plan = planClient({ record: before, id, flags, team: actor.team, normalize });
      if (plan.kind === 'faulty') return refuseFlags(plan.says, example);
      const { client, edits } = plan;
      if (edits.length > 0) await record.write(tx, before, plan.after, now);
      const name = `*${escapeLine(client.name)}* \`${id}\``;
      const fields = edits.map(toEditRecord);
      return answerLines({
        lines: [
          edits.length === 0 ? `${name} is so already; nothing changed.` : `${name} is changed:`,
          ...edits.map(renderEdit),
          ...(client.status === 'archived'
            ? [`It is archived; \`/acuops edit-client ${id} --status active\` brings it back.`]
            : []),
        ],
        data: { client: id, changed: fields },
        audit: { client: id, changed: fields },
      });
    },
  });
