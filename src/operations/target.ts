/** What the desk looks after: clients (later services), their environments and instances. Credentials are references only. */

import type { ClientStatus, Thresholds, Tier } from '../policy/health/facts.ts';
import { findNearest } from './nearest.ts';
import type { Refusal } from './refusal.ts';
import { explainUnknownClient } from './words.ts';

export interface Environment {
  readonly name: 'production' | 'staging';
  readonly instanceId: string;
  readonly url: string;
  readonly tenant: string;
  readonly branch: string | null;
  /** `env:…` or `file:…`, resolved at use; null means no sign-in. */
  readonly usernameRef: string | null;
  readonly passwordRef: string | null;
}

/** A client as it is typed and as it is read. */
export interface TargetName {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

/** For commands that take a client beside what they ask for. `seen` are those that the asker may see: near ones are named. */
export const findTarget = (
  seen: readonly TargetName[],
  key: string,
): (TargetName & { readonly kind: 'found' }) | Refusal => {
  const target = seen.find((known) => known.key === key);
  return target === undefined
    ? explainUnknownClient(
        key,
        findNearest(
          key,
          seen.map((known) => known.key),
        ),
      )
    : { kind: 'found', ...target };
};

export interface Target {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly repo: string;
  readonly tier: Tier;
  readonly zone: string;
  readonly status: ClientStatus;
  readonly reference: boolean;
  readonly slack: { readonly team: string; readonly channel: string } | null;
  readonly deployWorkflow: string;
  readonly ciWorkflows: readonly string[];
  readonly branch: string;
  readonly thresholds: Partial<Thresholds>;
  /** Without a user, everybody of that team. */
  readonly contacts: readonly { readonly team: string; readonly user: string | null }[];
  readonly version: number;
  /** Production first. */
  readonly environments: readonly Environment[];
}
