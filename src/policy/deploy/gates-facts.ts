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
  /** Where deploys to this environment come from. */
  readonly branch: string;
  readonly source: SourceFacts;
  /** Runs of the deploy workflow itself. */
  readonly deployRunIds: Fact<readonly number[]>;
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
  /** Where it is on, the sentence that says since when and why; null where it is off. */
  readonly killswitch: Fact<string | null>;
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

/** Who may do what is missing is told by a health check; the rest passes by itself. */
const nexts: Readonly<Record<UnknownFact['reason'], string | null>> = {
  'no-access': null,
  'not-configured': null,
  'rate-limited': 'ask again after that',
  unavailable: 'ask again in some minutes',
  'timed-out': 'ask again in some minutes',
  'held-back': 'ask again in some minutes',
  malformed: 'ask again; if it stays, tell the keeper of the desk',
};

/** What to do comes from the fact where it knows better than its reason tells. */
export const findUnknown = (fact: UnknownFact, now: Date, next?: string | null): Finding => {
  const observed = observeUnknown('workflow', fact, now);
  const moment = fact.until === undefined ? null : ({ word: 'until', at: fact.until } as const);
  const { cause, say } = observed;
  return { verdict: 'unknown', cause, say, moment, next: next ?? nexts[fact.reason] ?? observed.next };
};

const isSame = (fact: Fact<unknown>, other: UnknownFact): boolean =>
  fact.kind === 'unknown' && fact.reason === other.reason && fact.say === other.say;

/** What the client's own files say, or ought to. */
const fileFacts: ReadonlySet<string> = new Set([
  'settings',
  'manifest',
  'workflow',
  'engines',
  'projects',
  'testTenant',
]);

const missing: Readonly<Record<string, string>> = {
  engines: "correct the engine's version in the workflow, or the variable that names it",
  projects: 'set CUSTOMIZATION_PROJECT_NAME, or project.name in acuops.yaml',
  onBranch: "an admin: correct the client's branch (edit-client)",
};

/** Null where the reason alone tells. Without the version all is missing that it holds, so the version's own advice goes for all. */
const advise = (name: string, fact: UnknownFact, { source, workflowState, instance }: GateFacts) => {
  if (isSame(source.commit, fact)) {
    const isRef = fact.reason === 'not-configured' && !isSame(workflowState, fact);
    return isRef ? 'correct --ref' : null;
  }
  if (name === 'published') return isLetIn(instance.api) ? null : 'see to the site first';
  if (fact.reason === 'malformed' && fileFacts.has(name)) return "mend the file in the client's repository";
  return fact.reason === 'not-configured' ? (missing[name] ?? null) : null;
};

export const isLetIn = (api: ApiFact): boolean => api.kind === 'asked' && api.signIn.kind === 'signed-in';

type ValueOf<F> = F extends { readonly kind: 'known'; readonly value: infer T } ? T : never;

/** Judges only where every one of these facts is known, and is as old as the oldest; otherwise tells of the first that is not. */
export const findByFacts = <F extends Readonly<Record<string, Fact<unknown>>>>(
  all: GateFacts,
  facts: F,
  judge: (values: { readonly [K in keyof F]: ValueOf<F[K]> }) => Finding,
): Finding => {
  const list = Object.values(facts);
  const seen = toSeen(...list);
  for (const [name, fact] of Object.entries(facts))
    if (fact.kind === 'unknown') return { ...findUnknown(fact, all.now, advise(name, fact, all)), seen };
  const values = Object.entries(facts).map(([name, fact]) => [
    name,
    fact.kind === 'known' ? fact.value : null,
  ]);
  // All are known by now; the compiler cannot follow each name to its own value through `fromEntries`.
  return { seen, ...judge(Object.fromEntries(values) as { readonly [K in keyof F]: ValueOf<F[K]> }) };
};

/** Same words as in a health check, but for what is asked there again. */
export const findApi = (environment: EnvironmentName, api: ApiFact): Finding => {
  const { verdict, cause, say, next, url, moment, observedAt } = judgeApi({ environment, host: null, api });
  const held = api.kind === 'credential-held' ? ({ word: 'since', at: api.refusedAt } as const) : moment;
  const again = api.kind === 'session-held' ? 'ask again then' : next;
  return { verdict, cause, say, moment: held ?? null, next: again, url, seen: [observedAt] };
};
