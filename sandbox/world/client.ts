/** One client of the pretend world as data: who it is, what its repository looks like, how its site is. Seeding and writing the registry read this; nothing here does anything. */
import type { CheckInput, CommitInput, RunInput, WorkflowState } from '../github/types.ts';

export const owner = 'acuops-demo';
export const deployFile = 'acuops-deploy.yml';
export const ciFile = 'ci.yml';

export type Tier = 'premium' | 'standard' | 'self-service';

export interface PastCommit extends CommitInput {
  readonly sha: string;
  readonly checks: readonly CheckInput[];
}

/** Everything about a repository that only a story with commits has. */
export interface Past {
  /** Oldest first. */
  readonly commits: readonly PastCommit[];
  readonly variables: Readonly<Record<string, string>>;
}

export interface WorldRepository {
  readonly accessible: boolean;
  readonly deploy: WorkflowState | 'missing';
  readonly ci: WorkflowState | 'missing';
  readonly runs: readonly RunInput[];
  /** Full name and commit. */
  readonly tags: readonly { readonly name: string; readonly sha: string }[];
  /** Left out: no commits of ours, as in a fleet. */
  readonly past?: Past;
}

export interface WorldSite {
  /** Path of the instance; clients with the same one share it. */
  readonly prefix: string;
  readonly tenant: string;
  /** How the site is reached: it answers, it takes requests and is silent, nobody listens, or its host has no address. */
  readonly reach: 'answers' | 'hangs' | 'refused' | 'unknown-host';
  /** What the site knows. The desk may hold an older password. */
  readonly password: string;
  /** What the desk holds; null: no credentials were given. */
  readonly deskPassword: string | null;
  /** Projects that somebody published by hand, which no file of the client knows. */
  readonly byHand?: readonly string[];
}

export interface WorldClient {
  readonly id: string;
  readonly name: string;
  readonly tier: Tier;
  readonly timezone: string;
  readonly status: 'active' | 'offboarding' | 'archived';
  readonly isReference?: boolean;
  readonly channel?: { readonly team: string; readonly channel: string };
  readonly contacts?: readonly { readonly team: string; readonly user: string }[];
  /** Projects of vendors that are published together with its own. */
  readonly coPublish?: readonly string[];
  readonly repository: WorldRepository;
  readonly site: WorldSite;
}

export const toRepositoryName = (client: Pick<WorldClient, 'id'>): string => `acuops-${client.id}`;

/** The customization project of a client, and those published with it: `HeritageCustom` and its vendors'. */
export const projectNames = (
  client: Pick<WorldClient, 'id' | 'coPublish'>,
): { readonly project: string; readonly coPublish: readonly string[] } => {
  const words = client.id.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return { project: `${words.join('')}Custom`, coPublish: client.coPublish ?? [] };
};

/** Name of the environment variable, or of the secret file, that holds one half of a client's credentials. */
export const toSecretName = (client: Pick<WorldClient, 'id'>, half: 'USER' | 'PASSWORD'): string =>
  `ACU_${client.id.toUpperCase().replaceAll('-', '_')}_${half}`;

export const toSiteUser = (client: Pick<WorldClient, 'id'>): string => `acuops-${client.id}`;
