/** `killswitch on|off`: stops everything that changes the outside world; looking and posting go on. */
import { z } from 'zod';
import { answerLines, refuseWords } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { nameStoredPerson } from '../../blocks/person.ts';
import { sayAge } from '../../blocks/time.ts';
import type { Actor } from '../../operations/call.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Scope } from '../../operations/scope.ts';
import { findTarget, type TargetName } from '../../operations/target.ts';
import type { Tx } from '../../operations/tx.ts';

interface Switch {
  /** `*` is everything. */
  readonly targetKey: string;
  readonly state: 'on' | 'off';
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

export interface KillswitchPowers {
  readonly set: (
    tx: Tx,
    change: { targetKey: string; state: 'on' | 'off'; by: Actor; reason: string; at: Date },
  ) => Promise<void>;
  readonly read: (tx: Tx) => Promise<readonly Switch[]>;
  readonly readNames: (tx: Tx, scope: Scope) => Promise<readonly TargetName[]>;
}

const name = (targetKey: string): string => (targetKey === '*' ? 'everything' : `*${escapeLine(targetKey)}*`);

const examples = {
  on: 'killswitch on --reason "wrong package went out"',
  off: 'killswitch off --reason "the package is taken back"',
};

export const defineKillswitch = (powers: KillswitchPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'killswitch',
    aliases: ['stop'],
    summary: 'Stop everything that changes clients; on, off, or show',
    words: {
      positionals: [{ name: 'state', about: 'on, off or show' }],
      flags: {
        target: { kind: 'text', about: 'one client only' },
        reason: { kind: 'text', about: 'why; everybody will read it' },
      },
    },
    example: examples.on,
    input: z.strictObject({
      state: z.enum(['on', 'off', 'show'], 'must be on, off or show').default('show'),
      target: z.string().trim().toLowerCase().max(40, 'is too long for a client').optional(),
      reason: z.string().trim().max(300, 'is longer than 300 characters').optional(),
    }),
    permission: ({ state }) => (state === 'show' ? 'look' : 'administer'),
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    run: async ({ tx, actor, scope, via, now }, { state, target, reason }) => {
      if (state === 'show') {
        const rows = await powers.read(tx);
        return answerLines({ lines: sayState(rows, now, via), data: toData(rows), ...footOf(rows) });
      }
      if (reason === undefined) return refuseWords(['Say why with `--reason`.'], examples[state]);
      // Judged here: whoever may not switch it is told that, not how to word it.
      if (reason.length < 3)
        return refuseWords(['`--reason` is too short to tell anybody.'], examples[state]);
      const found = target === undefined ? null : findTarget(await powers.readNames(tx, scope), target);
      if (found?.kind === 'refused') return found;
      const targetKey = target ?? '*';
      const before = (await powers.read(tx)).find((row) => row.targetKey === targetKey)?.state ?? null;
      await powers.set(tx, { targetKey, state, by: actor, reason, at: now });
      const rows = await powers.read(tx);
      return answerLines({
        lines: [sayChange(targetKey, state, before), ...sayState(rows, now, via)],
        data: toData(rows),
        ...footOf(rows),
        audit: { state, target: targetKey, reason },
        targetId: found?.id ?? null,
      });
    },
  });

/** `before` is null where there was no row: nobody ever stopped that client, and of everything nobody knew. */
const sayChange = (targetKey: string, state: 'on' | 'off', before: 'on' | 'off' | null): string => {
  const was = before ?? (targetKey === '*' ? null : 'off');
  if (state === 'on')
    return was === 'on'
      ? `Switched on for ${name(targetKey)}, where it was on already; the reason is the new one.`
      : `Switched on for ${name(targetKey)}.`;
  return was === 'off'
    ? `Switched off for ${name(targetKey)}, where it was off already.`
    : `Switched off for ${name(targetKey)}.`;
};

/** The row for everything is written at the first start; without it nobody knows, and that counts as on. */
const isUnknown = (rows: readonly Switch[]): boolean => !rows.some(({ targetKey }) => targetKey === '*');

const findOn = (rows: readonly Switch[]): readonly Switch[] => rows.filter(({ state }) => state === 'on');

const sayState = (rows: readonly Switch[], now: Date, via: string): readonly string[] => {
  const on = findOn(rows);
  const lines = on.map(
    (row) =>
      `• ${name(row.targetKey)}: stopped by ${nameStoredPerson(row.by, via)} ${sayAge(row.at, now)}, ${escapeLine(row.reason)}`,
  );
  if (isUnknown(rows))
    return [
      'The killswitch cannot be read, so it counts as on for everything. An admin sets it with `/acuops killswitch off --reason "…"`.',
      ...lines,
    ];
  if (on.length === 0) return ['The killswitch is off: nothing is stopped.'];
  const what = on.some(({ targetKey }) => targetKey === '*')
    ? 'The killswitch is on for everything: the desk changes nothing at any client until it is off.'
    : `The killswitch is on for ${on.length === 1 ? 'one client' : `${on.length} clients`}: the desk changes nothing of theirs until it is off; all others are as always.`;
  return [what, 'Checks and cards go on.', ...lines];
};

/** How to end what is on. */
const footOf = (rows: readonly Switch[]): { readonly foot?: string } => {
  const keys = findOn(rows).map(({ targetKey }) => targetKey);
  if (keys.length === 0) return {};
  const which = keys.includes('*') ? '' : ` --target ${escapeLine(keys[0] ?? '')}`;
  return { foot: `An admin ends it with \`/acuops killswitch off${which} --reason "…"\`.` };
};

const toData = (rows: readonly Switch[]) =>
  rows.map((row) => ({
    target: row.targetKey,
    state: row.state,
    by: row.by,
    reason: row.reason,
    at: row.at.toISOString(),
  }));
