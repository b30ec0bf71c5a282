/** The pretend world as one thing: eight clients, five people, their repositories and sites, and what may happen to them. `createFleet` gives a big one of the same make. */
import type { AcumaticaServer } from './acumatica/server.ts';
import type { GitHubFront } from './github/front.ts';
import {
  ciFile,
  deployFile,
  owner,
  toRepositoryName,
  toSecretName,
  type WorldClient,
} from './world/client.ts';
import { createClients } from './world/clients.ts';
import { seedEngine } from './world/engine.ts';
import { createFleetClients, type FleetOptions } from './world/fleet.ts';
import { toCiRun, toDeployRun, toTag } from './world/history.ts';
import { toDeployedNow } from './world/past.ts';
import { type SlackSide, slackSide } from './world/people.ts';
import { type RegistryPlace, toCredentialsEnv, toRegistryYaml, writeSecrets } from './world/registry.ts';
import { seedAcumatica, seedGitHub } from './world/seed.ts';

export type { WorldClient } from './world/client.ts';
export type { FleetOptions } from './world/fleet.ts';
export { approversId, channelIds, clientTeamId, personIds, teamId } from './world/people.ts';
export type { RegistryPlace } from './world/registry.ts';

export interface World {
  readonly owner: string;
  readonly slack: SlackSide;
  readonly clients: readonly WorldClient[];
  /** What the registry's `env:` references point at: variable to value. */
  readonly credentialsEnv: Readonly<Record<string, string>>;
  seedGitHub(front: GitHubFront): void;
  seedAcumatica(server: AcumaticaServer): void;
  toRegistryYaml(place: RegistryPlace): string;
  /** One file per secret in that folder, for a registry written with `secretsDir`. */
  writeSecrets(folder: string): void;
}

/** Where a new secret is put: into the variables of this process, into the secrets folder, or both. */
export interface SecretPlace {
  readonly env?: Record<string, string | undefined>;
  readonly secretsDir?: string;
}

/** Things that happen later. Each may be told once. */
export interface Story {
  /** The desk gets the password that the client had changed: Heritage signs in again. */
  heritagePasswordRotated(place: SecretPlace): void;
  /** A fix is merged and CI is green again. */
  baylineCiRepaired(front: GitHubFront, now: Date): void;
  /** Somebody switched the workflow on and deployed. */
  pacificDeployed(front: GitHubFront, now: Date): void;
}

/** With `engineNow`, the engine's repository is there too, its commits so long before. */
const createWorldOf = (clients: readonly WorldClient[], engineNow?: Date): World => {
  const credentialsEnv = toCredentialsEnv(clients);
  return {
    owner,
    slack: slackSide,
    clients,
    credentialsEnv,
    seedGitHub: (front) => {
      seedGitHub(front, clients);
      if (engineNow) seedEngine(front, engineNow);
    },
    seedAcumatica: (server) => seedAcumatica(server, clients),
    toRegistryYaml: (place) => toRegistryYaml(clients, place),
    writeSecrets: (folder) => writeSecrets(folder, credentialsEnv),
  };
};

const createStory = (clients: readonly WorldClient[]): Story => {
  const client = (id: string): WorldClient => {
    const found = clients.find((one) => one.id === id);
    if (!found) throw new Error(`no client "${id}" in this world`);
    return found;
  };
  return {
    heritagePasswordRotated: ({ env, secretsDir }) => {
      const heritage = client('heritage');
      const secrets = { [toSecretName(heritage, 'PASSWORD')]: heritage.site.password };
      if (env) Object.assign(env, secrets);
      if (secretsDir !== undefined) writeSecrets(secretsDir, secrets);
    },
    baylineCiRepaired: (front, now) => {
      const run = toCiRun({ now, daysAgo: 0, actor: 'sam-ortiz' });
      addFinishedRun(front, toRepositoryName(client('bayline')), run, now);
    },
    pacificDeployed: (front, now) => {
      const pacific = client('pacific-crate');
      const repository = toRepositoryName(pacific);
      const plan = { now, daysAgo: 0, actor: 'luis-romero' };
      const run = toDeployRun(plan);
      front.addCommit(repository, toDeployedNow(pacific, run));
      front.setWorkflowState(repository, deployFile, 'active');
      addFinishedRun(front, repository, run, now);
      const tag = toTag(plan);
      front.addTag(repository, tag.name, tag.sha);
    },
  };
};

/** Told as GitHub tells it: the run starts, and ends, each with its webhook. */
const addFinishedRun = (
  front: GitHubFront,
  repository: string,
  run: ReturnType<typeof toCiRun>,
  now: Date,
): void => {
  const id = front.addRun(repository, {
    ...run,
    status: 'in_progress',
    announce: true,
    jobs: run.jobs.map((job) => ({ ...job, conclusion: null, status: 'queued' })),
  });
  front.updateRun(repository, id, {
    status: 'completed',
    conclusion: 'success',
    updatedAt: now,
    jobs: run.jobs,
  });
};

export const createWorld = (options: { readonly now: Date }): World & { readonly story: Story } => {
  const clients = createClients(options.now);
  return { ...createWorldOf(clients, options.now), story: createStory(clients) };
};

/** `count` clients, `deadHosts` of their sites dead. The Slack side is the small world's. */
export const createFleet = (options: FleetOptions): World => createWorldOf(createFleetClients(options));

export const workflowFiles = { deploy: deployFile, ci: ciFile } as const;
