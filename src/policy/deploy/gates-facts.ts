/** What the gates judge, and the words that they share. Each gate gives a finding; `gates.ts` makes gates of them. */
import type { ApiFact, ClientStatus, EnvironmentName, Fact } from '../health/facts.ts';
import { judgeApi } from '../health/judge-api.ts';
import { observeUnknown } from '../health/observe-unknown.ts';
import type { Gate, InstanceFacts, LiveVersion, PastDeploy, ProjectSettings, SourceFacts } from './facts.ts';

export type UnknownFact = Extract<Fact<never>, { kind: 'unknown' }>;

export interface GateFacts {
  readonly now: Date;
  /** Where the deploy goes; `instance` is that environment's. */
  readonly environment: EnvironmentName;
  readonly client: {
    readonly key: string;
    readonly name: string;
    readonly zone: string;
    readonly status: ClientStatus;
    readonly hasStaging: boolean;
    readonly deployWorkflow: string;
  };
  readonly source: SourceFacts;
  readonly settings: Fact<ProjectSettings>;
  /** Project names that `instance-manifest.json` tells of; null where there is no such file. */
  readonly manifest: Fact<readonly string[] | null>;
  /** Names of what this deploy publishes. */
  readonly projects: Fact<readonly string[]>;
  /** Newest first. */
  readonly past: Fact<readonly PastDeploy[]>;
  /** Why deploys before those in `past` were not read; null where there are none. */
  readonly olderDeploys: UnknownFact | null;
  /** What runs there now; null where nothing was ever deployed. */
  readonly live: Fact<LiveVersion | null>;
  readonly instance: InstanceFacts;
  /** Name of the tenant that a version is tried in first, as configured; null where there is none. */
  readonly testTenant: Fact<string | null>;
  /** GitHub's word such as `active`; null where the workflow is not in a readable list. */
  readonly workflowState: Fact<string | null>;
  /** Whether the workflow's inputs can say what is wanted; null where nobody could tell. */
  readonly inputs:
    | { readonly kind: 'planned' }
    | { readonly kind: 'impossible'; readonly say: string }
    | null;
  /** True where it is on. */
  readonly killswitch: Fact<boolean>;
}

/** A gate before its name and age. */
export interface Finding extends Pick<Gate, 'verdict' | 'cause' | 'say'> {
  readonly moment?: Gate['moment'];
  readonly next?: string | null;
  readonly url?: string | null;
  /** When what was judged was seen; absent or empty where there was nothing to see. */
  readonly seen?: readonly Date[];
}

export type Judge = (facts: GateFacts) => Finding;

export const toSeen = (...facts: readonly Fact<unknown>[]): readonly Date[] =>
  facts.flatMap((fact) => (fact.kind === 'known' ? [fact.observedAt] : []));

const mostNames = 5;
const mostLetters = 60;

const cutName = (name: string): string =>
  name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name;

/** At most five by name: "a, b and 3 more". */
export const sayNames = (names: readonly string[]): string => {
  const shown = names.slice(0, mostNames).map(cutName).join(', ');
  const more = names.length - mostNames;
  return more > 0 ? `${shown} and ${more} more` : shown;
};

export const sayCount = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Same words and same advice as in a health check, whose criterion does not matter to them. */
export const findUnknown = (fact: UnknownFact, now: Date): Finding => {
  const { cause, say, next } = observeUnknown('workflow', fact, now);
  const moment = fact.until === undefined ? null : ({ word: 'until', at: fact.until } as const);
  return { verdict: 'unknown', cause, say, moment, next };
};

type ValueOf<F> = F extends { readonly kind: 'known'; readonly value: infer T } ? T : never;

/** Judges only where every one of these facts is known, and is as old as the oldest; otherwise tells of the first that is not. */
export const findByFacts = <F extends Readonly<Record<string, Fact<unknown>>>>(
  now: Date,
  facts: F,
  judge: (values: { readonly [K in keyof F]: ValueOf<F[K]> }) => Finding,
): Finding => {
  const list = Object.values(facts);
  const seen = toSeen(...list);
  const missing = list.find((fact) => fact.kind === 'unknown');
  if (missing !== undefined) return { ...findUnknown(missing, now), seen };
  const values = Object.entries(facts).map(([name, fact]) => [
    name,
    fact.kind === 'known' ? fact.value : null,
  ]);
  // All are known by now; the compiler cannot follow each name to its own value through `fromEntries`.
  return { seen, ...judge(Object.fromEntries(values) as { readonly [K in keyof F]: ValueOf<F[K]> }) };
};

/** Same words as in a health check. */
export const findApi = (environment: EnvironmentName, api: ApiFact): Finding => {
  const { verdict, cause, say, next, url, moment, observedAt } = judgeApi({ environment, host: null, api });
  const held = api.kind === 'credential-held' ? ({ word: 'since', at: api.refusedAt } as const) : moment;
  return { verdict, cause, say, moment: held ?? null, next, url, seen: [observedAt] };
};
