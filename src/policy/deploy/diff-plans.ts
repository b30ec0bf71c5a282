/** What is another in a second plan, as short clauses for somebody who agreed to the first. Empty exactly where both have one digest; escaping for Slack is left to whoever shows them. */
import type { DeployPlan } from './plan.ts';

type Texts = Readonly<Record<string, string>>;
/** Nothing where the two are the same. */
type Diff<T> = (before: T, after: T) => readonly string[];

const move = (what: string, before: string, after: string): readonly string[] =>
  before === after ? [] : [`${what} ${before} → ${after}`];

const note = (what: string, before: string | null, after: string | null): readonly string[] =>
  before === after ? [] : [what];

const shortHash = 7;

/** As short as people know them, but long enough to be told apart. */
const shorten = (before: string, after: string): readonly [before: string, after: string] => {
  const count = Math.max(before.length, after.length);
  const differs = Array.from({ length: count }, (_, at) => before[at] === after[at]).indexOf(false);
  const length = Math.max(shortHash, differs + 1);
  return [before.slice(0, length), after.slice(0, length)];
};

/** By name, in the order of the names. A map, because a name may be that of something every object has. */
const pairUp = (before: Texts, after: Texts) => {
  const [old, young] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...young.keys()])]
    .toSorted()
    .map((name) => ({ name, was: old.get(name) ?? null, is: young.get(name) ?? null }))
    .filter(({ was, is }) => was !== is);
};

const diffClient: Diff<DeployPlan['client']> = (before, after) => {
  const moved = move('client', before.key, after.key);
  return moved.length > 0 ? moved : note('the client is registered anew', before.id, after.id);
};

const diffInstance: Diff<DeployPlan['instance']> = (before, after) => {
  const moved = [
    ...move('instance', before.url, after.url),
    ...move('instance tenant', before.tenant, after.tenant),
  ];
  return moved.length > 0 ? moved : note('instance registered anew', before.id, after.id);
};

type Engine = DeployPlan['engines'][number];

const diffEngine: Diff<Engine> = (before, after) => {
  const moved = move('engine repository', before.repo, after.repo);
  if (before.sha === after.sha && before.ref === after.ref) return moved;
  const [was, is] = shorten(before.sha, after.sha);
  const newRef = before.ref === after.ref ? '' : `${after.ref} `;
  return [...moved, `engine ${before.ref} ${was} → ${newRef}${is}`];
};

const sayEngine = ({ repo, ref, sha }: Engine): string => `${repo} ${ref} ${sha.slice(0, shortHash)}`;

/** Each by its place: the first is the main one. With several, the repository tells which one it is. */
const diffEngines: Diff<DeployPlan['engines']> = (before, after) => {
  const count = Math.max(before.length, after.length);
  const clauses = Array.from({ length: count }, (_, at) => {
    const [was, is] = [before[at], after[at]];
    if (was === undefined) return is === undefined ? [] : [`engine added: ${sayEngine(is)}`];
    if (is === undefined) return [count === 1 ? 'engine gone' : `engine gone: ${sayEngine(was)}`];
    const moved = diffEngine(was, is);
    return count === 1 ? moved : moved.map((clause) => `${clause} (${is.repo})`);
  });
  // Two that are moved in the same way are one clause.
  return [...new Set(clauses.flat())];
};

const diffInputs: Diff<Texts> = (before, after) => {
  const clauses = pairUp(before, after).map(({ name, was, is }) =>
    was === null ? `${name} added: ${is}` : is === null ? `${name} gone` : `${name} ${was} → ${is}`,
  );
  return clauses.length === 0 ? [] : [`inputs: ${clauses.join(', ')}`];
};

/** Only fingerprints are known, so never the values. */
const diffVariables: Diff<Texts> = (before, after) =>
  pairUp(before, after).map(
    ({ name, was, is }) => `variable ${name} ${was === null ? 'added' : is === null ? 'gone' : 'changed'}`,
  );

const diffProjects: Diff<DeployPlan['projects']> = (before, after) => {
  if (before.length === after.length && before.every((name, at) => name === after[at])) return [];
  const clauses = [
    ...after.filter((name) => !before.includes(name)).map((name) => `+ ${name}`),
    ...before.filter((name) => !after.includes(name)).map((name) => `− ${name}`),
  ];
  return [`published together: ${clauses.length === 0 ? 'in another order' : clauses.join(', ')}`];
};

const toWay = (merges: boolean | null): string => {
  if (merges === null) return 'whether what else is published stays cannot be seen';
  return merges ? 'what else is published stays' : 'all else is unpublished';
};

/** One for each field: the compiler asks for the next one that a plan gets. In the order in which people want to know. */
const diffs: { readonly [Field in keyof DeployPlan]: Diff<DeployPlan[Field]> } = {
  schema: (before, after) => note('how plans are written changed', before, after),
  client: diffClient,
  environment: (before, after) => move('environment', before, after),
  instance: diffInstance,
  repo: (before, after) => move('repository', before, after),
  ref: (before, after) => move('asked for', before, after),
  sha: (before, after) => move('version', ...shorten(before, after)),
  live: (before, after) => note('what is live changed', before, after),
  workflow: (before, after) => [
    ...move('workflow file', before.file, after.file),
    ...note('workflow file changed', before.blobSha, after.blobSha),
  ],
  inputs: diffInputs,
  projects: diffProjects,
  engines: diffEngines,
  variables: diffVariables,
  merges: (before, after) => move('how it is published:', toWay(before), toWay(after)),
};

export const diffPlans = (before: DeployPlan, after: DeployPlan): readonly string[] => {
  const diff = <Field extends keyof DeployPlan>(field: Field): readonly string[] =>
    diffs[field](before[field], after[field]);
  // The keys of a constant of ours.
  return (Object.keys(diffs) as (keyof DeployPlan)[]).flatMap((field) => diff(field));
};
