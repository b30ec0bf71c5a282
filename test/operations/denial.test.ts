/** What somebody reads who may do part of a command, but not what was asked. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Call } from '../../src/operations/call.ts';
import { type AnyCommand, defineCommand, type Permission } from '../../src/operations/command.ts';
import { explainDenial } from '../../src/operations/denial.ts';
import { refuse } from '../../src/operations/refusal.ts';

const define = (permission: (input: { state: string; fresh: boolean }) => Permission): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'valve',
    aliases: [],
    summary: 'A command for a test',
    words: {
      positionals: [{ name: 'state', about: 'on, off or show' }],
      flags: { fresh: { kind: 'switch', about: 'anew' }, reason: { kind: 'text', about: 'why' } },
    },
    example: 'valve on',
    input: z.strictObject({
      state: z.enum(['on', 'off', 'show']).default('show'),
      fresh: z.boolean().default(false),
      reason: z.string().optional(),
    }),
    permission,
    effect: 'none',
    asks: () => ({ kind: 'desk' }),
    run: async () => refuse('usage', 'never'),
  });

const say = (command: AnyCommand, input: unknown): string => {
  const call: Call = {
    deliveryKey: 'one',
    via: 'slack',
    actor: { team: 'T1', user: 'U1' },
    place: { kind: 'dm', team: 'T1', channel: 'D1' },
    verb: 'valve',
    input,
  };
  return explainDenial('not-allowed', call, command).say;
};

const byWords = define(({ state, fresh }) => (state !== 'show' ? 'administer' : fresh ? 'operate' : 'look'));

it.each([
  [{ state: 'on', reason: 'so' }, '`valve on`'],
  [{ state: 'off' }, '`valve off`'],
  [{ fresh: true }, '`valve --fresh`'],
  [{}, '`valve`'],
  [{ state: 'show' }, '`valve`'],
  [null, '`valve`'],
])('%j: only what needs more than the bare command is named', (input, named) => {
  expect(say(byWords, input)).toContain(`Your role does not include ${named}, so nothing was done.`);
});

it('names the verb alone where every form of it needs the same', () => {
  const always = define(() => 'administer');
  expect(say(always, { state: 'on', reason: 'so' })).toContain('does not include `valve`, so');
});

it('says who they are, who can change it, and where to read what they may', () => {
  expect(say(byWords, { state: 'on' })).toMatch(
    /You are `T1:U1`; an admin can change that\. `\/acuops help`/u,
  );
});
