/** Many clients that are all alike, for the benchmark and for cards with more lines than fit: some with a dead site, some with red CI, the rest well. */
import { toRepositoryName, type WorldClient } from './client.ts';
import { toCiRun, toDeployRun, toTag } from './history.ts';

export interface FleetOptions {
  readonly count: number;
  readonly now: Date;
  /** So many of the sites are dead; they are spread over the fleet. */
  readonly deadHosts?: number;
  /** How they are dead. Left out: they take the request and never answer, the slowest way. */
  readonly dead?: 'hangs' | 'refused' | 'unknown-host';
  /** So many clients have three red CI runs. */
  readonly redCi?: number;
}

const tiers = ['premium', 'standard', 'self-service'] as const;
const zones = [
  'America/Chicago',
  'America/New_York',
  'Europe/London',
  'Europe/Stockholm',
  'Asia/Singapore',
  'Australia/Sydney',
] as const;
const trades = [
  'Fabrics',
  'Foods',
  'Tools',
  'Timber',
  'Supply',
  'Marine',
  'Optics',
  'Paper',
  'Motors',
  'Glass',
] as const;
const places = [
  'Alder',
  'Birch',
  'Cedar',
  'Dover',
  'Elm',
  'Fjord',
  'Grove',
  'Harbor',
  'Island',
  'Jasper',
] as const;

const pick = <T>(list: readonly [T, ...T[]], index: number): T => list[index % list.length] ?? list[0];

/** True for `part` of `count` indexes, spread evenly. */
const isChosen = (index: number, part: number, count: number): boolean =>
  Math.floor(((index + 1) * part) / count) > Math.floor((index * part) / count);

const createFleetClient = (options: FleetOptions, index: number): WorldClient => {
  const { now, count } = options;
  const id = `client-${String(index + 1).padStart(4, '0')}`;
  const isDead = isChosen(index, options.deadHosts ?? 0, count);
  const isRed = index < (options.redCi ?? 0);
  const deploy = { now, daysAgo: 1 + (index % 20), actor: 'dana-lee' };
  return {
    id,
    name: `${pick(places, index)} ${pick(trades, Math.floor(index / 10))} ${index + 1}`,
    tier: pick(tiers, index),
    timezone: pick(zones, index),
    status: 'active',
    repository: {
      accessible: true,
      deploy: 'active',
      ci: 'active',
      runs: [
        toDeployRun(deploy),
        ...[0.5, 1.5, 2.5].map((daysAgo) => toCiRun({ now, daysAgo, actor: 'dana-lee', isRed })),
      ],
      tags: [toTag(deploy)],
    },
    site: {
      prefix: toRepositoryName({ id }),
      tenant: 'Company',
      reach: isDead ? (options.dead ?? 'hangs') : 'answers',
      password: `${id}-api-2026`,
      deskPassword: `${id}-api-2026`,
    },
  };
};

export const createFleetClients = (options: FleetOptions): readonly WorldClient[] =>
  Array.from({ length: options.count }, (_, index) => createFleetClient(options, index));
