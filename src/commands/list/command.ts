/** `list [tier]`: the clients that you may see, with their last known state and its age. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { renderStatus, type Status } from '../../blocks/status-line.ts';
import { sayAge } from '../../blocks/time.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Scope } from '../../operations/scope.ts';
import type { Target } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';
import { tiers } from '../../policy/registry/registry-document.ts';

export interface LastState {
  readonly targetId: string;
  readonly state: Status;
  readonly at: Date;
}

export interface ListPowers {
  readonly readTargets: (tx: Tx, scope: Scope, filter: { tier?: string }) => Promise<readonly Target[]>;
  readonly readLastStates: (tx: Tx, targetIds: readonly string[]) => Promise<readonly LastState[]>;
}

export const defineList = (powers: ListPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'list',
    aliases: ['ls', 'clients'],
    summary: 'List clients with their last known state',
    words: {
      positionals: [{ name: 'tier', about: `one of ${tiers.join(', ')}` }],
      flags: { archived: { kind: 'switch', about: 'archived clients too' } },
    },
    example: 'list premium',
    input: z.strictObject({
      tier: z.enum(tiers, `must be one of ${tiers.join(', ')}`).optional(),
      archived: z.boolean().default(false),
    }),
    permission: () => 'look',
    effect: 'none',
    asks: ({ tier }) => (tier === undefined ? { kind: 'visible' } : { kind: 'tier', tier }),
    run: async ({ tx, scope, now }, { tier, archived }) => {
      const all = await powers.readTargets(tx, scope, tier === undefined ? {} : { tier });
      const targets = all.filter((target) => archived || target.status !== 'archived');
      const states = new Map(
        (
          await powers.readLastStates(
            tx,
            targets.map((target) => target.id),
          )
        ).map((state) => [state.targetId, state]),
      );
      const lines = targets.map((target) => {
        const last = states.get(target.id);
        const state =
          target.status === 'active'
            ? last
              ? `${renderStatus(last.state)} ${sayAge(last.at, now)}`
              : 'never checked'
            : target.status;
        return `• *${escapeLine(target.name)}* \`${target.key}\` ${target.tier}, ${escapeLine(target.zone)}: ${state}`;
      });
      const count = targets.length === 1 ? '1 client' : `${targets.length} clients`;
      return answerLines({
        lines: [
          targets.length === 0
            ? 'No clients here yet. Add one with `/acuops add-client`.'
            : `${count}${tier === undefined ? '' : ` in ${tier}`}:`,
          ...lines,
        ],
        foot: 'States are from the last check; `/acuops health` looks now.',
        rest: 'use `/acuops list &lt;tier&gt;`, or the terminal with --json',
        data: targets.map((target) => ({
          key: target.key,
          name: target.name,
          tier: target.tier,
          status: target.status,
          repo: target.repo,
          zone: target.zone,
          reference: target.reference,
          state: states.get(target.id)?.state ?? null,
          checkedAt: states.get(target.id)?.at.toISOString() ?? null,
        })),
      });
    },
  });
