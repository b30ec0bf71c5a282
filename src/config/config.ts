/** What the desk is told from outside, typed. An optional service is a group or null, never half set; what must stay hidden is in `Secrets` only. */

export type DeskRole = 'bot' | 'worker';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export type Admin =
  | { readonly kind: 'slack'; readonly team: string; readonly user: string }
  /** The user that the desk runs as: its unix socket lets in nobody else. */
  | { readonly kind: 'local'; readonly name: string };

export interface SlackConfig {
  /** How commands come in; null where this process takes none (worker alone). */
  readonly mode: 'socket' | 'http' | null;
  /** Ends with a slash, as the Web API client wants it. */
  readonly apiUrl: string;
  readonly opsChannel: { readonly team: string | null; readonly channel: string } | null;
}

export interface GithubConfig {
  readonly signIn:
    | { readonly kind: 'token' }
    | { readonly kind: 'app'; readonly appId: number; readonly installationId: number | null };
  /** Without a slash at the end. */
  readonly apiUrl: string;
}

/** Null fits every tier, or both environments. Of a list, the first that fits counts. */
export interface ApprovalSetting {
  readonly tier: 'premium' | 'standard' | 'self-service' | null;
  readonly environment: 'production' | 'staging' | null;
  /** 0 for staging only. */
  readonly needed: number;
  readonly expiresMinutes: number;
}

export interface Config {
  readonly roles: readonly DeskRole[];
  /** Absolute: embedded database and the terminal's socket. */
  readonly dataFolder: string;
  /** `shown` is the address without user and password; the whole one is a secret. */
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly shown: string };
  readonly redis: { readonly shown: string } | null;
  readonly slack: SlackConfig;
  readonly github: GithubConfig | null;
  /** Webhooks are taken only where their signature can be checked. */
  readonly githubWebhooks: boolean;
  readonly clientsFile: {
    /** Absolute. */
    readonly path: string;
    /** True where somebody named it: then its absence is a fault, else there is simply no file. */
    readonly named: boolean;
  };
  readonly admins: readonly Admin[];
  /** How many must agree to a deploy; where none fits, policy has a standard. */
  readonly approvals: readonly ApprovalSetting[];
  /** Host names, addresses and CIDRs. */
  readonly allowPrivate: readonly string[];
  readonly controlUrl: string;
  readonly timeZone: string;
  readonly host: string;
  /** Other names by which callers reach this desk. */
  readonly hosts: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Where alive, ready and figures are told: at home, unless somebody says otherwise. */
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: LogLevel;
  readonly leaseMs: number;
}

/** Beside the configuration, so that printing that one never prints these. A process gets only what its roles need. */
export interface Secrets {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly slackBotToken: string;
  readonly slackAppToken: string | null;
  readonly slackSigningSecret: string | null;
  readonly githubToken: string | null;
  readonly githubAppPrivateKey: string | null;
  readonly githubWebhookSecret: string | null;
}

export interface ConfigFault {
  readonly variable: string;
  /** As shown: quoted, hidden or null where it is missing. */
  readonly value: string | null;
  readonly allowed: string;
  /** A whole sentence or two, without secrets. */
  readonly say: string;
}
