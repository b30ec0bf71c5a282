/** Joins what asking people needs: who may decide, where the question is shown to them, and the reminder at half time. */

import type { DeskAccess } from './app-access.ts';
import type { CommandPowers } from './commands/index.ts';
import { type Actor, isSameActor } from './operations/call.ts';
import type { Operation } from './operations/operation.ts';
import type { RequestStore } from './operations/ports.ts';
import type { RequestDoor } from './operations/request.ts';
import { scheduler, unseen } from './operations/schedule.ts';
import { isInScope } from './operations/scope.ts';
import { decideRights } from './policy/access.ts';
import type { ReadGroup } from './slack/read-groups.ts';
import { type AccessRule, readRules } from './store/access-store.ts';
import { castVote, findAsked, openRound, readNewestRound } from './store/approval-store.ts';
import type { Database } from './store/database.ts';
import { readTargetOf } from './store/operation-store.ts';

export interface ApprovalParts {
  readonly database: Database;
  readonly requests: RequestStore;
  readonly readGroup: ReadGroup;
  readonly access: Pick<DeskAccess, 'readAudience' | 'readAccess'>;
  readonly door: () => RequestDoor;
  readonly log: (line: string, detail: object) => void;
}

type Asking = Pick<
  CommandPowers['deploy'],
  'openRound' | 'readRound' | 'mayDecide' | 'readApprovers' | 'showTo' | 'remind'
>;

export interface ApprovalPowers {
  readonly asking: Asking;
  readonly castVote: CommandPowers['decide']['castVote'];
  readonly findOpen: CommandPowers['cancel']['findOpen'];
}

/** More would be a broadcast; the others see the card where it was asked. */
const mostDirect = 20;

export const createApprovalPowers = (parts: ApprovalParts): ApprovalPowers => {
  const { database } = parts;
  const asking: Asking = {
    openRound: (operationId, round) => openRound(database.db, operationId, round),
    readRound: (operationId) => readNewestRound(database.db, operationId),
    mayDecide: (person, targetId) => mayDecide(parts, person, targetId),
    readApprovers: (targetId) => readApprovers(parts, targetId),
    showTo: (operationId, people) =>
      database.transact(async (tx) => {
        for (const person of people.slice(0, mostDirect))
          await parts.requests.addCard(
            tx,
            operationId,
            { team: person.team, channel: `direct:${person.user}`, thread: null },
            person,
          );
      }),
    remind: (operation, reminder) => remind(parts, operation, reminder),
  };
  return {
    asking,
    castVote: async (tx, { operationId, targetId }, vote, now) =>
      (await readTargetOf(tx, operationId)) === targetId
        ? castVote(tx, operationId, vote, now)
        : { kind: 'none' },
    findOpen: findAsked,
  };
};

/** Once when asked anew and once at half time of each round, whoever asks how often. Where others read too, nothing is said: approvers have the card directly. */
const remind = async (
  parts: ApprovalParts,
  { id, spokenId, place }: Operation,
  { round, ...reminder }: Parameters<Asking['remind']>[1],
): Promise<void> => {
  if (place.kind !== 'channel') return;
  try {
    const audience = await parts.access.readAudience({ ...place, thread: place.thread ?? null });
    if (audience.kind !== 'team') return;
    const receipt = await parts.door().request({
      deliveryKey: `approval-reminder:${id}:${round}:${reminder.isAnew ? 'anew' : 'half'}`,
      via: 'timer',
      actor: scheduler,
      place,
      verb: 'approval-reminder',
      input: { ...reminder, operation: spokenId, expiresAt: reminder.expiresAt.toISOString() },
    });
    if (receipt.kind === 'refused')
      parts.log('a reminder was refused', { operation: spokenId, say: receipt.refusal.say });
  } catch (error) {
    // The question itself goes on; silence is no.
    parts.log('nobody could be reminded', { operation: spokenId, error });
  }
};

const mayDecide = async (
  { access, log }: ApprovalParts,
  person: Actor,
  targetId: string,
): Promise<boolean> => {
  try {
    const { grants } = await access.readAccess(person, unseen, { freshFor: 'decide' });
    return isInScope(decideRights(grants, 'decide'), targetId);
  } catch (error) {
    log('nobody can say whether somebody may still decide', { error });
    return false;
  }
};

const readApprovers = async (
  { database, readGroup, log }: ApprovalParts,
  targetId: string,
): ReturnType<Asking['readApprovers']> => {
  const rules = (await database.untied(readRules)).filter(
    (rule) => rule.role === 'approver' && (rule.targetId === null || rule.targetId === targetId),
  );
  const groups = rules.filter(({ subjectKind }) => subjectKind === 'group');
  const members = await Promise.all(groups.map((rule) => readMembers(rule, readGroup, log)));
  const people = [
    ...rules.filter(({ subjectKind }) => subjectKind === 'user').map(toActor),
    ...members.flat(),
  ];
  return {
    groups: [...new Set(groups.map(({ subject }) => subject))],
    people: people.filter((one, at) => people.findIndex((other) => isSameActor(one, other)) === at),
  };
};

const toActor = ({ team, subject }: AccessRule): Actor => ({ team, user: subject });

/** Who cannot be told of may still decide: at the press the membership is read anew. */
const readMembers = async (
  { team, subject }: AccessRule,
  readGroup: ReadGroup,
  log: ApprovalParts['log'],
): Promise<readonly Actor[]> => {
  try {
    return [...(await readGroup(subject))].map((user) => ({ team, user }));
  } catch (error) {
    log('the members of a group cannot be read, so they are not told directly', { group: subject, error });
    return [];
  }
};
