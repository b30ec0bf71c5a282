/** What two entries may not share. Looks at unjudged values, so that a client with another fault still counts, and so that merged registries can be asked too. */
import { parseWebAddress } from '../../config/web-address.ts';

export interface Clash {
  readonly path: readonly (string | number)[];
  /** Where the first one with the same value stands. */
  readonly first: readonly (string | number)[];
  readonly value: string;
  readonly allowed: string;
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Remembers the first place of every key, in each of the ways in which entries may clash. */
const createLedger = () => {
  const seen = new Map<string, Path>();
  const clashes: Clash[] = [];
  const enter = (
    kind: string,
    key: string | null,
    path: Path,
    value: string | null,
    allowed: string,
  ): void => {
    if (key === null || value === null) return;
    const first = seen.get(`${kind}\0${key}`);
    if (first === undefined) seen.set(`${kind}\0${key}`, path);
    else clashes.push({ path, first, value, allowed });
  };
  return { enter, clashes };
};
type Ledger = ReturnType<typeof createLedger>;

const enterList = (
  ledger: Ledger,
  path: Path,
  list: readonly unknown[],
  toKey: (item: unknown) => string | null,
  allowed: string,
) => {
  for (const [at, item] of list.entries()) {
    const key = toKey(item);
    ledger.enter(path.join('.'), key, [...path, at], key, allowed);
  }
};

const toContactKey = (item: unknown): string | null => {
  const { team, user } = toFields(item);
  return toText(team) === null ? null : `${String(team)}:${typeof user === 'string' ? user : 'everybody'}`;
};

const enterEnvironments = (
  ledger: Ledger,
  path: Path,
  environments: readonly unknown[],
  isArchived: boolean,
) => {
  for (const [at, item] of environments.entries()) {
    const { name, url, tenant } = toFields(item);
    const here = [...path, at];
    const environment = toText(name);
    ledger.enter(
      path.join('.'),
      environment,
      [...here, 'name'],
      environment,
      'each environment once per client',
    );
    const instance = parseWebAddress(toText(url) ?? '');
    const shown = toText(tenant);
    if (isArchived || instance === null || shown === null) continue;
    const key = `${instance.toLowerCase()}\0${shown.toLowerCase()}`;
    ledger.enter(
      'tenant',
      key,
      [...here, 'tenant'],
      shown,
      'a tenant that no other environment has at the same url',
    );
  }
};

/** Archived clients keep their id, but free their repository, channel and tenant for a new start. */
export const findClashes = (document: unknown): readonly Clash[] => {
  const ledger = createLedger();
  for (const [at, item] of toList(toFields(document)['clients']).entries()) {
    const client = toFields(item);
    const path: Path = ['clients', at];
    const isArchived = client['status'] === 'archived';
    const id = toText(client['id']);
    ledger.enter('id', id, [...path, 'id'], id, 'an id that no other client has');
    const { ci } = toFields(client['workflows']);
    enterList(ledger, [...path, 'workflows', 'ci'], toList(ci), toText, 'each workflow once');
    enterList(
      ledger,
      [...path, 'contacts'],
      toList(client['contacts']),
      toContactKey,
      'each contact once per client',
    );
    enterEnvironments(ledger, [...path, 'environments'], toList(client['environments']), isArchived);
    if (isArchived) continue;
    const repo = toText(client['repo']);
    ledger.enter(
      'repo',
      repo?.toLowerCase() ?? null,
      [...path, 'repo'],
      repo,
      'a repository that no other client has',
    );
    const slack = toFields(client['slack']);
    const channel = toText(slack['channel']);
    const team = toText(slack['team']);
    const place = team === null ? null : `${team}:${channel}`;
    ledger.enter(
      'channel',
      place,
      [...path, 'slack', 'channel'],
      channel,
      'a channel that no other client has',
    );
  }
  return ledger.clashes;
};
