/** The GitHub stand-in as stories and tests use it: a loopback API with repositories, runs, webhooks, limits and faults. How requests are answered is in `answering.ts` and `serving.ts`. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { listenOnLoopback, stopServer } from '../loopback.ts';
import { createAccess } from './access.ts';
import { createActionReads } from './action-reads.ts';
import { createActionWrites } from './action-writes.ts';
import { createAnswering } from './answering.ts';
import { createCommitRoutes } from './commit-routes.ts';
import { addCheck, addCommit, addStatus, findCommit } from './commits.ts';
import { createDownloads } from './downloads.ts';
import { createEmulateBehind } from './emulate-behind.ts';
import { createFaults, type GitHubFaults } from './faults.ts';
import { createLimits, type LimitFigures } from './limits.ts';
import { createRepositoryRoutes } from './repository-routes.ts';
import { createRunChanges, type Happening } from './run-changes.ts';
import { toJob, toRun, toWorkflow } from './run-shapes.ts';
import { createServing } from './serving.ts';
import { toNodeId, toOrganization, toRepository, toUser } from './shapes.ts';
import { createTables, latestAttempt, type RepositoryRow, type RunRow, toSha } from './tables.ts';
import type {
  Call,
  CheckInput,
  CommitInput,
  Permissions,
  RepositoryInput,
  RunInput,
  RunPatch,
  StatusInput,
  WorkflowInput,
  WorkflowState,
} from './types.ts';
import { createVariableRoutes } from './variable-routes.ts';
import { createWebhooks, type WebhookControls } from './webhooks.ts';

export interface GitHubFrontOptions {
  readonly port?: number;
  readonly clock?: () => number;
  readonly owner: string;
  readonly latencyMs?: number;
  /** Other figures than GitHub's, for a benchmark that shall not wait for its limits. */
  readonly limits?: Partial<LimitFigures>;
}

/** Repositories are named bare or with their owner. */
export interface GitHubFront {
  readonly apiUrl: string;
  /** A personal token with `repo` scope. */
  readonly token: string;
  readonly appId: number;
  /** Made at the first reading, which takes about a tenth of a second. */
  readonly privateKey: string;
  readonly installationId: number;
  readonly webhookSecret: string;
  readonly faults: GitHubFaults;
  readonly webhooks: WebhookControls;
  setWebhookTarget(url: string | null): void;
  addRepository(repository: RepositoryInput): void;
  setAccessible(repo: string, accessible: boolean): void;
  addWorkflow(repo: string, workflow: WorkflowInput): void;
  setWorkflowState(repo: string, file: string, state: WorkflowState): void;
  removeWorkflow(repo: string, file: string): void;
  /** Gives the run's id. Silent unless `announce`. */
  addRun(repo: string, run: RunInput): number;
  /** Changes the newest attempt and sends the webhooks that the change causes. */
  updateRun(repo: string, id: number, patch: RunPatch): void;
  /** Left out, the commit is the tip of `main`, or made up where nobody seeded commits. */
  addTag(repo: string, name: string, sha?: string, kind?: { readonly annotated: boolean }): void;
  /** Gives its sha. From the first one on, commits, comparisons and contents of the repository are ours and not the library's. */
  addCommit(repo: string, commit: CommitInput): string;
  /** A second check of the same name is a newer run of it. */
  addCheck(repo: string, sha: string, check: CheckInput): void;
  /** A second status of the same context is a newer one. */
  addStatus(repo: string, sha: string, status: StatusInput): void;
  /** An environment that is named comes to be; `production` is always there. */
  setVariable(repo: string, name: string, value: string, environment?: string): void;
  /** Of the organisation, shared with this repository. */
  setOrganizationVariable(repo: string, name: string, value: string): void;
  /** What the App is granted from now on; tokens that exist lose what is taken away. */
  setPermissions(permissions: Permissions): void;
  /** Leaves so many requests of this hour to the token, the App and its installation; the hour may be nearly over. */
  leaveQuota(remaining: number, endsInMs?: number): void;
  calls(): readonly Call[];
  /** Forgets the calls and gives every caller a fresh hour. */
  resetCounts(): void;
  stop(): Promise<void>;
}

const identity = {
  appId: 41_207,
  installationId: 60_311_842,
  login: 'acuops-operator',
  token: 'ghp_sandboxOperatorToken000000000000000000',
  webhookSecret: 'sandbox-webhook-secret',
};

const defaultPermissions: Permissions = {
  actions: 'write',
  actions_variables: 'read',
  checks: 'read',
  contents: 'write',
  environments: 'read',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'read',
};

const createPrivateKey = (): (() => string) => {
  let made: string | undefined;
  return () => {
    made ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    return made;
  };
};

export const createGitHubFront = async (options: GitHubFrontOptions): Promise<GitHubFront> => {
  const clock = options.clock ?? Date.now;
  const { appId, installationId, login, token, webhookSecret } = identity;
  let granted = defaultPermissions;
  const server = createServer();
  const [port, downloads] = await Promise.all([
    listenOnLoopback(server, options.port ?? 0),
    createDownloads(clock),
  ]);
  const apiUrl = `http://127.0.0.1:${port}`;
  const privateKey = createPrivateKey();
  const tables = createTables({ owner: options.owner, clock });
  const limits = createLimits(clock, options.limits);
  const access = createAccess({ token, login, installationId, clock, granted: () => granted });
  const webhooks = createWebhooks({ secret: webhookSecret, appId });
  const changes = createRunChanges(tables, clock);
  const laid = createFaults();
  const behind = createEmulateBehind({
    apiUrl,
    owner: options.owner,
    login,
    token,
    appId,
    installationId,
    permissions: defaultPermissions,
    privateKey,
  });

  const toPayload = (row: RepositoryRow, run: RunRow, happening: Happening): Record<string, unknown> => {
    const attempt = latestAttempt(run);
    const common = {
      action: happening.action,
      repository: toRepository(apiUrl, row),
      organization: toOrganization(apiUrl, row.owner),
      sender: toUser(apiUrl, run.actor),
      installation: { id: installationId, node_id: toNodeId('IntegrationInstallation', installationId) },
    };
    if (happening.event === 'workflow_job') {
      return { ...common, workflow_job: toJob(apiUrl, row, run, attempt, happening.job) };
    }
    return {
      ...common,
      workflow_run: toRun(apiUrl, row, run, attempt),
      workflow: toWorkflow(apiUrl, row, run.workflow),
    };
  };

  const announce = (row: RepositoryRow, run: RunRow, happenings: readonly Happening[]): void => {
    // Without access the App is not installed there, and hears nothing.
    if (!row.accessible) return;
    for (const happening of happenings)
      webhooks.send(happening.event, happening.action, toPayload(row, run, happening));
  };

  const routes = [
    ...createActionReads(apiUrl, downloads),
    ...createActionWrites({ apiUrl, clock, tables, changes, announce }),
    ...createRepositoryRoutes(apiUrl),
    ...createCommitRoutes(apiUrl),
    ...createVariableRoutes(),
  ];
  const answer = createAnswering({
    apiUrl,
    owner: options.owner,
    tables,
    access,
    limits,
    behind,
    clock,
    routes,
  });
  const serving = createServing({
    apiUrl,
    clock,
    latencyMs: options.latencyMs ?? 0,
    access,
    limits,
    take: (method, path) => laid.take(method, path),
    answer,
  });
  server.on('request', serving.handle);

  const requireWorkflow = (repo: string, file: string) => {
    const workflow = tables.repository(repo).workflows.get(file);
    if (!workflow) throw new Error(`no workflow "${file}" in "${repo}"`);
    return workflow;
  };

  return {
    apiUrl,
    token,
    appId,
    get privateKey() {
      return privateKey();
    },
    installationId,
    webhookSecret,
    faults: laid.faults,
    webhooks,
    setWebhookTarget: (url) => webhooks.setTarget(url),
    addRepository: (input) => {
      tables.addRepository(input);
    },
    setAccessible: (repo, accessible) => {
      tables.repository(repo).accessible = accessible;
    },
    addWorkflow: (repo, input) => {
      tables.addWorkflow(repo, input);
    },
    setWorkflowState: (repo, file, state) => {
      requireWorkflow(repo, file).state = state;
    },
    removeWorkflow: (repo, file) => {
      requireWorkflow(repo, file);
      tables.repository(repo).workflows.delete(file);
    },
    addRun: (repo, input) => {
      const run = tables.addRun(repo, input);
      if (input.announce === true)
        announce(tables.repository(repo), run, [{ event: 'workflow_run', action: 'requested' }]);
      return run.id;
    },
    updateRun: (repo, id, patch) => {
      const row = tables.repository(repo);
      const run = row.runs.get(id);
      if (!run) throw new Error(`no run ${id} in "${repo}"`);
      announce(row, run, changes.patch(run, patch));
    },
    addTag: (repo, name, sha, kind) => {
      const row = tables.repository(repo);
      if (kind?.annotated === true) row.tagObjects.set(name, toSha(`tag object ${repo}#${name}`));
      else row.tagObjects.delete(name);
      row.tags.set(name, sha ?? findCommit(row, 'main')?.sha ?? toSha(`${repo}#${name}`));
    },
    addCommit: (repo, input) => {
      const row = tables.repository(repo);
      row.branches.add(input.branch ?? 'main');
      const sha = input.sha ?? toSha(`${row.name} ${input.title} ${input.at.toISOString()}`);
      return addCommit(row.commits, { ...input, sha }).sha;
    },
    addCheck: (repo, sha, input) => addCheck(tables.repository(repo).commits, sha, input),
    addStatus: (repo, sha, input) => addStatus(tables.repository(repo).commits, sha, input),
    setVariable: (repo, name, value, environment) =>
      tables.setVariable(repo, { name, value, environment: environment ?? '' }),
    setOrganizationVariable: (repo, name, value) => tables.setOrganizationVariable(repo, { name, value }),
    setPermissions: (permissions) => {
      granted = permissions;
    },
    leaveQuota: (remaining, endsInMs) =>
      limits.leaveRemaining(['user', 'app', `installation:${installationId}`], remaining, endsInMs),
    calls: serving.calls,
    resetCounts: () => {
      serving.forgetCalls();
      limits.reset();
    },
    stop: async () => {
      await Promise.all([stopServer(server), downloads.stop(), webhooks.stop(), behind.stop()]);
    },
  };
};
