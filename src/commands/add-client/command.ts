/** `add-client <id> --name … --repo …`: a new client for the desk to look after. One that exists, archived too, is not touched. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { refuseFlags } from '../../blocks/client-change.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { RegistryRecord } from '../../operations/import-registry.ts';
import { type Refusal, refuse } from '../../operations/refusal.ts';
import type { Tx } from '../../operations/tx.ts';
import { clientFlags, clientShape, hiddenFields, toClientFlags } from '../../policy/registry/client-words.ts';
import type { NormalizeUrl } from '../../policy/registry/normalize-addresses.ts';
import { findClient, planClient } from '../../policy/registry/plan-client.ts';
import type { RegistryClient } from '../../policy/registry/registry-document.ts';
import { sayValue } from '../../policy/registry/say-change.ts';

export interface AddClientPowers {
  readonly record: Pick<RegistryRecord, 'lock' | 'read' | 'write'>;
  readonly normalize: NormalizeUrl;
  readonly resolveTarget: (tx: Tx, key: string) => Promise<string | null>;
}

const example =
  'add-client acme --name "Acme Tools" --repo acme-ops/acuops-acme --tier premium --timezone America/Chicago --url https://acme.example.com/erp --tenant Acme';

export const defineAddClient = (powers: AddClientPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'add-client',
    aliases: ['new-client'],
    summary: 'Add a client for the desk to look after',
    words: {
      positionals: [
        { name: 'client', about: 'its id, such as acme; it never changes again', required: true },
      ],
      flags: clientFlags,
    },
    example,
    input: z.strictObject(clientShape),
    permission: () => 'administer',
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    redact: hiddenFields,
    run: async ({ tx, actor, now }, input) => {
      const { record, normalize } = powers;
      await record.lock(tx);
      const before = await record.read(tx);
      const id = input.client;
      const known = findClient(before, id);
      if (known) return refuseKnown(known);
      const plan = planClient({
        record: before,
        id,
        flags: toClientFlags(input),
        team: actor.team,
        normalize,
      });
      if (plan.kind === 'faulty') return refuseFlags(plan.says, example);
      await record.write(tx, before, plan.after, now);
      const { client } = plan;
      return answerLines({
        lines: [
          `*${escapeLine(client.name)}* \`${id}\` is added: ${client.tier}, ${escapeLine(client.repo)}, ${escapeLine(client.timezone)}.`,
          ...client.environments.map(
            (environment) =>
              `• ${environment.name}: ${escapeLine(environment.url)}, tenant ${escapeLine(environment.tenant)}, ${environment.credentials === null ? 'no credentials, so its sign-in is not checked' : escapeLine(sayValue(environment.credentials))}`,
          ),
          `\`/acuops health ${id}\` looks at it now.`,
        ],
        data: client,
        audit: { added: client },
        // Only now it has an id; its record begins with its own beginning.
        targetId: await powers.resolveTarget(tx, id),
      });
    },
  });

const refuseKnown = ({ id, name, status }: RegistryClient): Refusal =>
  status === 'archived'
    ? refuse(
        'conflict',
        `\`${id}\` was *${escapeLine(name)}* and is archived, with its history. \`/acuops edit-client ${id} --status active\` brings it back; another client needs another id.`,
      )
    : refuse(
        'conflict',
        `\`${id}\` is *${escapeLine(name)}* already, so nothing changed. \`/acuops edit-client ${id} …\` changes it.`,
      );
