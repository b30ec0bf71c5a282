/** Hands every command the powers that it declares, each from the store or a system; the compiler proves that they fit. */
import type { z } from 'zod';
import type { ApprovalPowers } from './app-approvals.ts';
import { renderPerson } from './blocks/person.ts';
import type { Status } from './blocks/status-line.ts';
import type { HealthPowers } from './commands/health/powers.ts';
import type { CommandPowers } from './commands/index.ts';
import type { Config } from './config/config.ts';
import type { Actor } from './operations/call.ts';
import type { RegistryFile } from './operations/import-registry.ts';
import { toJson } from './operations/json.ts';
import type { RequestStore } from './operations/ports.ts';
import { everything, type Scope } from './operations/scope.ts';
import type { Target, TargetName } from './operations/target.ts';
import type { Tx } from './operations/tx.ts';
import type { CommandList } from './operations/words.ts';
import { findApprovalRule } from './policy/deploy/approval-rule.ts';
import type { ClientHealth, Fact } from './policy/health/facts.ts';
import { StoredObservation } from './policy/health/report.ts';
import type { InstanceProbe } from './steps/probe-instance.ts';
import {
  addRule,
  createToken,
  readRules,
  readTokens,
  removeRule,
  revokeTokens,
} from './store/access-store.ts';
import {
  readAudit,
  readAuditHead,
  readSealed,
  readSealedPositions,
  readSealedRows,
} from './store/audit-store.ts';
import { type Database, type Db, toDb } from './store/database.ts';
import { readLastResult, readLastResults } from './store/earlier-checks.ts';
import * as health from './store/health-store.ts';
import {
  decideStop,
  KillswitchUnreadable,
  readKillswitches,
  setKillswitch,
} from './store/killswitch-store.ts';
import { registryRecord } from './store/registry-store.ts';
import { readTargets } from './store/target-store.ts';
import * as upkeep from './store/upkeep-store.ts';
import { normalizeInstanceUrl } from './systems/acumatica/instance-url.ts';
import type { KnownRuns } from './systems/github/known-runs.ts';

export interface CommandParts {
  readonly database: Database;
  readonly requests: RequestStore;
  readonly admins: readonly Actor[];
  readonly zone: string;
  /** Id of the team's own channel; null where none is set. */
  readonly opsChannel: string | null;
  readonly commands: () => CommandList;
  readonly now: () => Date;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly readRegistryFile: () => Promise<RegistryFile>;
  readonly readPipeline: HealthPowers['readPipeline'];
  readonly readKnownRuns: (tx: Tx, target: Target) => Promise<KnownRuns | null>;
  readonly approvals: Config['approvals'];
  readonly approving: ApprovalPowers;
  readonly readHistory: CommandPowers['deploy']['readHistory'];
  readonly readSource: CommandPowers['deploy']['readSource'];
  readonly probe: InstanceProbe;
  readonly readInstance: CommandPowers['deploy']['readInstance'];
  readonly fingerprint: CommandPowers['deploy']['fingerprint'];
  readonly readFingerprint: CommandPowers['retrySignIn']['readFingerprint'];
  readonly reachControl: (signal: AbortSignal) => Promise<boolean>;
  readonly doctor: CommandPowers['doctor'];
}

type Stored = z.input<typeof StoredObservation>;

export const createPowers = (parts: CommandParts): CommandPowers => {
  const { database, requests, zone } = parts;
  const { db } = database;
  const { resolveTarget } = requests;
  const registry = { record: registryRecord, normalize: normalizeInstanceUrl };
  return {
    health: {
      readTargets: (scope, filter) => readTargets(db, scope, filter),
      readNeighbours: (targets) => readNeighbours(db, targets),
      readPipeline: parts.readPipeline,
      readKnownRuns: (targets) => readKnownRuns(parts, targets),
      probe: parts.probe,
      reachControl: parts.reachControl,
      readClocks: async (targetIds) => (await health.readObservations(db, targetIds)).map(toClock),
      readPrevious: (operation, scopeKey) => readLastResult(db, operation.verb, scopeKey, operation.id),
      readLastOfEach: (operation, targetIds) => readLastResults(db, targetIds, operation.id),
      saveChecks: (operation, targetIds, at, judge) =>
        database.transact(async (tx) => {
          let clients: readonly ClientHealth[] = [];
          await health.updateChecks(toDb(tx), operation.id, targetIds, at, (stored) => {
            clients = judge(stored.map(toClock));
            return clients.filter((client) => client.state !== 'not-judged').map(toCheck);
          });
          return clients;
        }),
      readClaims: (scope) => readClaims(db, scope),
    },
    list: {
      readTargets: (tx, scope, filter) => readTargets(toDb(tx), scope, filter),
      readLastStates: async (tx, ids) =>
        (await health.readLastStates(tx, ids)).map((row) => ({ ...row, state: row.state as Status })),
    },
    status: {
      zone,
      readFacts: async (tx, targetId) => {
        const scope: Scope = { kind: 'only', targetIds: [targetId] };
        const [target] = await readTargets(toDb(tx), scope);
        if (!target) return null;
        const [observations, claims] = [
          await health.readObservations(toDb(tx), [targetId]),
          await health.readClaims(toDb(tx), scope),
        ];
        return {
          target,
          checks: await health.readChecks(tx, targetId, 5),
          observations: observations.map((row) => StoredObservation.decode(row.body as Stored)),
          runs: await parts.readKnownRuns(tx, target),
          notes: await health.readNotes(tx, targetId, 5),
          claim: claims[0] ?? null,
        };
      },
    },
    deploy: {
      readTarget: (targetId) => readTarget(db, targetId),
      readNeighbours: (targets) => readNeighbours(db, targets),
      readPipeline: parts.readPipeline,
      readHistory: parts.readHistory,
      readSource: parts.readSource,
      readInstance: parts.readInstance,
      fingerprint: parts.fingerprint,
      readKillswitch: (targetId) => readKillswitchFact(db, targetId, parts.now),
      findRule: (tier, environment) => findApprovalRule(parts.approvals, tier, environment),
      ...parts.approving.asking,
    },
    decide: { castVote: parts.approving.castVote, zone },
    cancel: { castVote: parts.approving.castVote, findOpen: parts.approving.findOpen },
    note: { addNote: health.addNote },
    take: {
      claim: health.claimTarget,
      release: health.releaseClaim,
      redraw: (tx, change) => health.redrawCards(tx, { verb: 'health', ...change }),
      zone,
    },
    whoami: { readNames },
    help: { commands: parts.commands },
    role: { addRule, removeRule, readRules, readNames, admins: parts.admins },
    token: { create: createToken, read: readTokens, revoke: revokeTokens },
    killswitch: { set: setKillswitch, read: readKillswitches, readNames },
    audit: {
      read: readAudit,
      readSealedRows,
      readSealedPositions,
      readSealed,
      untied: database.untied,
      redact: parts.redact,
      commands: parts.commands,
      readHead: readAuditHead,
      readPosted: (tx) => upkeep.readPostedHead(toDb(tx)),
      readHashAt: (tx, position) => upkeep.readHashAt(toDb(tx), position),
      readNames,
      opsChannel: parts.opsChannel,
      zone,
    },
    doctor: parts.doctor,
    auditHead: {
      readHead: () => database.transact(readAuditHead),
      readPosted: () => upkeep.readPostedHead(db),
      readHashAt: (position) => upkeep.readHashAt(db, position),
    },
    tidy: {
      removeItems: (before, limit) => upkeep.removeItems(db, before, limit),
      removeAnswers: (before, limit) => upkeep.removeAnswers(db, before, limit),
    },
    addClient: { ...registry, resolveTarget },
    editClient: registry,
    removeClient: { ...registry, addNote: health.addNote },
    registry: { ...registry, readFile: parts.readRegistryFile },
    retrySignIn: {
      readTarget: (tx, targetId) => readTarget(toDb(tx), targetId),
      readFingerprint: parts.readFingerprint,
      releaseHolds: health.releaseHolds,
    },
  };
};

const readTarget = async (db: Db, targetId: string): Promise<Target | null> =>
  (await readTargets(db, { kind: 'only', targetIds: [targetId] }))[0] ?? null;

/** Facts are told as they are and escaped where they are shown. */
const toPlainText = (say: string): string =>
  say.replaceAll('`', '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** What cannot be read is unknown here, and counts as on wherever something is to be done. */
const readKillswitchFact = async (
  db: Db,
  targetId: string,
  now: () => Date,
): Promise<Fact<string | null>> => {
  try {
    const stop = await decideStop(db, targetId);
    return { kind: 'known', value: stop && toPlainText(stop), observedAt: now() };
  } catch (error) {
    if (!(error instanceof KillswitchUnreadable)) throw error;
    return { kind: 'unknown', reason: 'unavailable', say: 'the killswitch cannot be read' };
  }
};

const readNames = (tx: Tx, scope: Scope): Promise<readonly TargetName[]> => readTargets(toDb(tx), scope);

const toClock = ({ targetId, body }: health.StoredObservation) => ({
  targetId,
  observation: StoredObservation.decode(body as Stored),
});

const toCheck = ({ client: { targetId }, state, observations }: ClientHealth): health.StoredCheck => ({
  targetId,
  state,
  body: null,
  observations: observations.map((observation) => ({
    targetId,
    criterion: observation.criterion,
    subject: observation.subject ?? '',
    body: toJson(StoredObservation.encode(observation)),
    since: observation.since,
    observedAt: observation.observedAt,
  })),
});

/** Everybody else who has a tenant on the same instances. */
const readNeighbours = async (db: Db, targets: Parameters<HealthPowers['readNeighbours']>[0]) => {
  const own = new Set(targets.map((target) => target.id));
  const instances = new Set(
    targets.flatMap((target) => target.environments.map((environment) => environment.instanceId)),
  );
  return (await readTargets(db, everything)).filter(
    (target) =>
      !own.has(target.id) && target.environments.some((environment) => instances.has(environment.instanceId)),
  );
};

const readKnownRuns = (
  parts: CommandParts,
  targets: Parameters<HealthPowers['readKnownRuns']>[0],
): ReturnType<HealthPowers['readKnownRuns']> =>
  parts.database.transact(async (tx) => {
    const known = new Map<string, KnownRuns>();
    for (const target of targets) {
      const runs = await parts.readKnownRuns(tx, target);
      if (runs) known.set(target.id, runs);
    }
    return known;
  });

/** With the key that cards name clients by, and names that ping nobody. */
export const readClaims = async (db: Db, scope: Scope) => {
  const claims = await health.readClaims(db, scope);
  if (claims.length === 0) return [];
  const keys = new Map(
    (await readTargets(db, { kind: 'only', targetIds: claims.map((claim) => claim.targetId) })).map(
      (target) => [target.id, target.key],
    ),
  );
  return claims.map((claim) => ({
    targetKey: keys.get(claim.targetId) ?? '',
    by: renderPerson(claim.by),
    at: claim.at,
  }));
};
