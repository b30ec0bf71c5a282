/** The one place where parts are built and joined. Starts what the roles ask for and answers a desk that can be stopped; signals and exit codes are main's. */
import { createAccessReader } from './app-access.ts';
import { openAdminPort } from './app-admin.ts';
import { createApprovalPowers } from './app-approvals.ts';
import { watchClientSecrets } from './app-client-secrets.ts';
import { createPowers, readClaims } from './app-commands.ts';
import { createDoctorPowers } from './app-doctor.ts';
import { openEdges } from './app-edges.ts';
import { openGround } from './app-ground.ts';
import { countSteps } from './app-metrics.ts';
import { startSchedules } from './app-schedules.ts';
import { openSystems } from './app-systems.ts';
import { defineDeployActions, defineRejectSubmission } from './commands/deploy/actions.ts';
import { defineHealthActions, defineNoteSubmission } from './commands/health/actions.ts';
import { createCommands } from './commands/index.ts';
import type { Config, Secrets } from './config/config.ts';
import { readClientsFile } from './config/read-clients-file.ts';
import type { ReferenceSources } from './config/resolve-reference.ts';
import { startNotifier, startSealer } from './jobs/background.ts';
import { startWorker } from './jobs/worker.ts';
import { createActionList } from './operations/action.ts';
import type { Actor } from './operations/call.ts';
import { createCardDelivery } from './operations/deliver-card.ts';
import { createEngine } from './operations/engine.ts';
import { explainTargets } from './operations/explain-target.ts';
import { importOnStart } from './operations/import-registry.ts';
import { mapStrings } from './operations/map-strings.ts';
import { createRequestDoor, type RequestDoor } from './operations/request.ts';
import { createWindowDenialRecord } from './operations/window-denial.ts';
import { type CommandList, createCommandList } from './operations/words.ts';
import type { Clock } from './runtime/clock.ts';
import { readLocalUser } from './runtime/local-user.ts';
import type { Logger } from './runtime/logger.ts';
import { createMetrics } from './runtime/metrics.ts';
import type { Redactor } from './runtime/redact.ts';
import { createShutdown, holdClosers, type Shutdown } from './runtime/shutdown.ts';
import { createCardTransport } from './slack/card-transport.ts';
import { createIdentity } from './slack/identity.ts';
import { createReadGroup } from './slack/read-groups.ts';
import { createReadPlace } from './slack/read-places.ts';
import { createSlackClients } from './slack/slack-clients.ts';
import { sealAudit } from './store/audit-store.ts';
import { createCardStore } from './store/card-store.ts';
import { createEffectStore } from './store/effect-store.ts';
import { createEngineStore } from './store/engine-store.ts';
import { readBacklog, readCardOperation } from './store/operation-store.ts';
import { registryRecord } from './store/registry-store.ts';
import { createRequestStore } from './store/request-store.ts';
import { readTargets } from './store/target-store.ts';
import { normalizeInstanceUrl } from './systems/acumatica/instance-url.ts';

export interface DeskParts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly redactor: Redactor;
  /** Told of every secret that is read for a client, so that it is taken out of texts from then on. */
  readonly remember: (secret: string) => void;
  readonly clock: Clock;
  /** Where `env:` and `file:` references of clients are read. */
  readonly references: Omit<ReferenceSources, 'fingerprintKey'>;
  /** Tests only: given each part of the spine as it is joined, answers what takes its place, for instance one that ends the process at a boundary. */
  readonly wrap?: <Part extends object>(name: SpinePart, part: Part) => Part;
  /** Given by a process that can be told to stop before the desk stands; else the desk makes its own. */
  readonly shutdown?: Shutdown;
  /** Other than GitHub's secondary limit, for a benchmark that shall not wait for it. */
  readonly githubPointsPerMinute?: number | undefined;
}

export type SpinePart = 'requests' | 'queue' | 'effects' | 'engine' | 'cards' | 'transport' | 'audit';

export interface Desk {
  /** Where Slack, GitHub and the terminal reach it; null without the role bot. */
  readonly url: string | null;
  readonly adminUrl: string;
  readonly shutdown: Shutdown;
}

/** Over all workers: GitHub asks for no more than 100 at once of everybody, an Acumatica instance bears one session of ours. */
const limits = { byPrefix: { github: 20, instance: 1 }, others: 50 };

/** @throws the reason of the shutdown's signal where that was told to stop meanwhile; everything is closed then */
export const startDesk = async (parts: DeskParts): Promise<Desk> => {
  const shutdown = parts.shutdown ?? createShutdown({ log: parts.log });
  const opening = holdClosers(shutdown);
  try {
    const desk = await start(parts, opening.shutdown);
    opening.release();
    return { ...desk, shutdown };
  } catch (error) {
    opening.release();
    const cause: unknown = shutdown.signal.aborted ? shutdown.signal.reason : error;
    // What was opened before the fault is closed again; nothing is left running half.
    await shutdown.run('the desk could not start');
    throw cause;
  }
};

const start = async (parts: DeskParts, shutdown: Shutdown): Promise<Omit<Desk, 'shutdown'>> => {
  const { config, secrets, log, redactor, clock } = parts;
  const { now } = clock;
  const warn = (line: string, detail: object) => log.warn(line, { ...detail });
  const slackLog = (level: 'warn' | 'error', line: string, detail: object) => log[level](line, { ...detail });

  const wrap = parts.wrap ?? ((_name, part) => part);
  const ground = await openGround(config, secrets, log, shutdown);
  shutdown.signal.throwIfAborted();
  const { database, working, fingerprintKey } = ground;
  const queue = wrap('queue', ground.queue);
  const effectStore = wrap('effects', createEffectStore(working, now));
  const metrics = createMetrics({ readBacklog: () => readBacklog(database.db) });
  const admin = await openAdminPort({ config, database, queue, metrics, log, shutdown });
  const systems = openSystems({
    countGithubCall: metrics.countGithubCall,
    config,
    secrets,
    database: working,
    effectStore,
    fingerprintKey,
    references: parts.references,
    githubPointsPerMinute: parts.githubPointsPerMinute,
    remember: parts.remember,
    clock,
    redactor,
    shutdown,
  });

  const clients = createSlackClients(secrets.slackBotToken, { apiUrl: config.slack.apiUrl, log: slackLog });
  const identity = createIdentity(clients.facts).read;
  const admins = config.admins.map(
    (admin): Actor =>
      admin.kind === 'slack' ? { team: admin.team, user: admin.user } : { team: 'local', user: admin.name },
  );
  const ownTeam = async () => (await identity()).teamId;
  const readGroup = createReadGroup({ client: clients.facts, now });
  const access = createAccessReader({
    database,
    admins,
    ownTeam,
    readGroup,
    readPlace: createReadPlace({ client: clients.facts, identity, now, log: slackLog }),
  });

  const readRegistryFile = () => readClientsFile(config.clientsFile.path);
  const requests = wrap('requests', createRequestStore(database, now));
  const registry = { record: registryRecord, normalize: normalizeInstanceUrl };
  const doctor = createDoctorPowers({
    ...systems,
    config,
    secrets,
    database: working,
    queue,
    clients,
    clock,
    registry,
    readRegistryFile,
    log: slackLog,
  });
  const zone = config.timeZone;
  const approving = createApprovalPowers({
    database: working,
    requests,
    readGroup,
    access,
    door: () => door,
    log: warn,
  });
  const commands: CommandList = createCommandList(
    createCommands(
      createPowers({
        ...systems,
        database: working,
        requests,
        admins,
        zone,
        opsChannel: config.slack.opsChannel?.channel ?? null,
        readRegistryFile,
        doctor: { ...doctor, log: warn },
        commands: () => commands,
        approvals: config.approvals,
        approving,
        now,
        redact: redactor.text,
      }),
    ),
  );
  const door: RequestDoor = explainTargets(
    createRequestDoor({
      commands,
      store: requests,
      access,
      now,
      redact: redactor.text,
      hint: queue.hint,
    }),
    { commands, access, readNames: (scope) => readTargets(working.db, scope), redact: redactor.text },
  );
  const imported = await importOnStart({
    ...registry,
    transact: requests.transact,
    appendAudit: requests.appendAudit,
    readFile: readRegistryFile,
    now,
  });
  if (imported.lines.length > 0)
    log[imported.kind === 'imported' ? 'info' : 'warn']('the registry file', {
      kind: imported.kind,
      lines: imported.lines,
    });
  const clientSecrets = await watchClientSecrets({
    database: working,
    references: systems.references,
    remember: parts.remember,
    log: warn,
  });
  shutdown.add('client secrets', clientSecrets.stop);
  const readCard = (id: string) => readCardOperation(database.db, id);
  const actions = createActionList(
    [
      ...defineHealthActions({
        readCard,
        readClaims: (scope) => readClaims(database.db, scope),
        now,
        zone,
      }),
      ...defineDeployActions({ readCard }),
    ],
    [defineNoteSubmission(), defineRejectSubmission({ readCard })],
  );

  if (config.roles.includes('worker')) {
    const transport = wrap('transport', createCardTransport({ clients, identity, now, log: slackLog }));
    const cards = createCardDelivery({
      store: wrap('cards', createCardStore(working, now)),
      effects: systems.effects,
      transport: {
        ...transport,
        post: (place, message, metadata) =>
          transport.post(place, mapStrings(message, redactor.text), metadata),
        update: (posted, message) => transport.update(posted, mapStrings(message, redactor.text)),
      },
      commands,
      readAudience: access.readAudience,
      now,
      zone,
      log: slackLog,
    });
    const notifier = startNotifier(cards.takeDue, warn);
    shutdown.add('notifier', notifier.stop);
    const audit = wrap('audit', { seal: () => sealAudit(working) });
    const sealer = startSealer(audit.seal, warn);
    shutdown.add('sealer', sealer.stop);
    const store = wrap('engine', createEngineStore(working, now, limits));
    const engine = createEngine({
      store,
      commands: countSteps(commands, metrics),
      now,
      redact: redactor.text,
      hint: queue.hint,
      log: slackLog,
    });
    const worker = startWorker({ store, engine, queue, log: warn, leaseMs: config.leaseMs });
    shutdown.add('worker', () => worker.stop(12_000), 13_000);
    const schedules = await startSchedules({ config, database: working, door, clock, ownTeam, log: warn });
    shutdown.add('schedules', schedules.stop);
  }

  shutdown.signal.throwIfAborted();
  const edges = await openEdges({
    config,
    secrets,
    log,
    clock,
    database,
    commands,
    door,
    access,
    actions,
    recordDenial: createWindowDenialRecord(requests),
    receiveWebhook: systems.receiveWebhook,
    localUser: readLocalUser(),
    metrics,
    readiness: admin.readiness,
    shutdown,
  });
  admin.noteStarted();
  log.info('acuops ready', { url: edges.url, admin: admin.url, roles: [...config.roles] });
  return { ...edges, adminUrl: admin.url };
};
