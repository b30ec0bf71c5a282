/** What doctor needs from outside; `app-doctor.ts` joins it with the real parts. Facts only: what they mean is judged here. */
import type { ImportPlan } from '../../policy/registry/plan-import.ts';
import type { FindingState } from './findings.ts';

export interface SlackFact {
  readonly name: string;
  readonly state: FindingState;
  readonly say: string;
}

export interface ChannelFact {
  readonly channel: string;
  readonly state: 'in' | 'not-in' | 'archived';
  readonly shared: boolean;
  readonly history: 'readable' | 'not-tried' | 'unreadable' | 'unknown';
  readonly say: string | null;
}

export interface ChannelFacts {
  /** null where none is configured. */
  readonly opsChannel: string | null;
  /** Channel to the key of its client. */
  readonly clients: readonly { readonly key: string; readonly channel: string }[];
  readonly check:
    | { readonly kind: 'read'; readonly channels: readonly ChannelFact[] }
    | { readonly kind: 'unread'; readonly state: 'fail' | 'unknown'; readonly say: string };
}

export interface StoreFacts {
  readonly ping: { readonly tookMs: number; readonly clockOffMs: number };
  readonly migrations: 'head' | readonly string[];
  /** `perDesk`: what one process takes at most. */
  readonly connections: { readonly used: number; readonly most: number; readonly perDesk: number };
}

export interface WorkFacts {
  readonly queue: { readonly backend: 'redis' | 'postgres'; readonly reachable: boolean };
  readonly open: number;
  readonly waiting: number;
  readonly oldestDueAt: Date | null;
  readonly workers: number;
  readonly unsealed: number;
  readonly oldestUnsealedAt: Date | null;
  /** Without the row for everything nobody knows. */
  readonly killswitches: readonly {
    readonly targetKey: string;
    readonly state: 'on' | 'off';
    readonly by: string;
    readonly reason: string;
    readonly at: Date;
  }[];
  /** Keys of clients whose credential is held after a refusal. */
  readonly held: readonly string[];
  readonly sessions: readonly { readonly url: string; readonly since: Date }[];
  readonly schedules: readonly {
    readonly key: string;
    readonly nextDueAt: Date;
    readonly lastRunAt: Date | null;
  }[];
  readonly admins: number;
}

export interface CardFact {
  readonly spokenId: string;
  /** Where it was asked for; `direct:…` is a person's direct message. */
  readonly channel: string;
  readonly trouble: string;
  readonly standing: 'delivered' | 'stuck' | 'on-its-way';
  /** Others read that channel since, and it shows nothing that was not for them. */
  readonly keptBack: boolean;
}

/** Cards of the last week that were in trouble when doctor came. */
export interface CardFacts {
  readonly cards: readonly CardFact[];
}

export interface Quota {
  readonly remaining: number;
  readonly limit: number;
  readonly resetAt: Date;
}

/** What the desk may still ask of GitHub with one token or installation. */
export interface GithubAccount {
  readonly account: string;
  readonly primary: Quota | null;
  readonly pointsLeft: number;
  readonly pointsPerMinute: number;
  readonly blockedUntil: Date | null;
}

export type GithubFacts =
  | { readonly kind: 'not-configured' }
  | { readonly kind: 'refused'; readonly identity: 'token' | 'app'; readonly say: string }
  | {
      readonly kind: 'unknown';
      readonly identity: 'token' | 'app';
      readonly say: string;
      /** Where it is GitHub's limit: when that ends. */
      readonly until: Date | null;
      readonly accounts: readonly GithubAccount[];
    }
  | {
      readonly kind: 'accepted';
      readonly identity: 'token' | 'app';
      readonly accounts: readonly GithubAccount[];
      /** Of that many, so many were tried. */
      readonly of: number;
      readonly repositories: readonly {
        readonly repo: string;
        readonly can: readonly string[];
        readonly missing: readonly string[];
        readonly trouble: string | null;
        /** Where that is GitHub's limit: when it ends. */
        readonly until: Date | null;
      }[];
    };

export interface RegistryFacts {
  readonly clients: number;
  readonly lastImport: { readonly at: Date; readonly by: string } | null;
  readonly file:
    | { readonly kind: 'missing'; readonly path: string; readonly named: boolean }
    | { readonly kind: 'unreadable'; readonly path: string; readonly why: string }
    | {
        readonly kind: 'read';
        readonly path: string;
        readonly plan: ImportPlan;
        /** Plain lines: faults, conflicts, or the counts of what waits. */
        readonly lines: readonly string[];
      };
  /** Keys of active clients with an environment that has none. */
  readonly withoutCredentials: readonly string[];
  /** Keys of active clients with one that cannot be read now. */
  readonly unreadableCredentials: readonly string[];
}

export interface DoctorPowers {
  readonly readSlack: () => Promise<readonly SlackFact[]>;
  readonly readChannels: () => Promise<ChannelFacts>;
  readonly readStore: () => Promise<StoreFacts>;
  readonly readWork: (now: Date) => Promise<WorkFacts>;
  /** Sends stuck cards again where that may help by now, and says what became of them. */
  readonly sendStuckCards: (now: Date, signal: AbortSignal) => Promise<CardFacts>;
  readonly readGithub: (signal: AbortSignal) => Promise<GithubFacts>;
  readonly readRegistry: (now: Date) => Promise<RegistryFacts>;
}
