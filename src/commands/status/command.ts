/** `status <client>`: what is known of one client without asking anybody: last check, clocks, deploy runs, notes, who is on it. */
import { z } from 'zod';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { refuse } from '../../operations/refusal.ts';
import type { Target } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { decideRights } from '../../policy/access.ts';
import type { ClockedObservation, RunFact } from '../../policy/health/facts.ts';
import { renderStatusAnswer } from './blocks.ts';

export interface StatusFacts {
  readonly target: Target;
  readonly checks: readonly { readonly state: string; readonly at: Date }[];
  readonly observations: readonly ClockedObservation[];
  readonly runs: { readonly list: readonly RunFact[]; readonly readAt: Date } | null;
  readonly notes: readonly { readonly by: string; readonly body: string; readonly at: Date }[];
  readonly claim: { readonly by: Actor; readonly at: Date } | null;
}

export interface StatusPowers {
  readonly readFacts: (tx: Tx, targetId: string) => Promise<StatusFacts | null>;
  /** The desk's, as on cards: where Slack cannot show a reader's own zone, all texts about one deadline name the same one. */
  readonly zone: string;
}

export const defineStatus = (powers: StatusPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'status',
    aliases: ['s', 'show'],
    summary: 'What is known of one client: checks, deadlines, last runs',
    words: { positionals: [{ name: 'client', about: 'which client', required: true }], flags: {} },
    // Clients' own people read it too: it names none of the team's clients.
    example: 'status acme',
    input: z.strictObject({
      client: z.string().trim().toLowerCase().min(1).max(40, 'is too long for a client'),
    }),
    permission: () => 'ask-status',
    effect: 'none',
    asks: ({ client }) => ({ kind: 'key', key: client }),
    run: async ({ tx, targetId, grants, place, via, now }, { client }) => {
      const facts = targetId === null ? null : await powers.readFacts(tx, targetId);
      if (!facts) return refuse('not-found', `There is no client \`${client.replaceAll(/[^\w-]/gu, '')}\`.`);
      // Notes are the team's own words: a client's contact does not read them, and nobody in the client's channel.
      const isTeam = decideRights(grants, 'look').kind === 'all';
      const internal = isTeam && facts.target.slack?.channel !== place.channel;
      return renderStatusAnswer(facts, { now, zone: powers.zone, internal, via });
    },
  });
