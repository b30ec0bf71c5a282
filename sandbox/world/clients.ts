/** The eight clients and what is wrong with whom. Four need somebody, one cannot be judged, one is warned about, one leaves, and the rest is well. */

import type { WorldClient, WorldRepository } from './client.ts';
import { type DeployPlan, daysBefore, toCiRun, toDeployRun, toTag } from './history.ts';
import { withPast } from './past.ts';
import { channelIds, clientTeamId, personIds, teamId } from './people.ts';

const quietRepository: WorldRepository = {
  accessible: true,
  deploy: 'active',
  ci: 'active',
  runs: [],
  tags: [],
};

/** One site of its own, reached, with the password that the desk holds. */
const toSite = (id: string, tenant: string): WorldClient['site'] => ({
  prefix: id,
  tenant,
  reach: 'answers',
  password: `${id}-api-2026`,
  deskPassword: `${id}-api-2026`,
});

/** Green CI in the last two weeks, pull requests between. */
const toGreenCi = (now: Date, actor: string) => [
  ...[1.1, 4.3, 8.2, 13.6].map((daysAgo) => toCiRun({ now, daysAgo, actor })),
  toCiRun({ now, daysAgo: 4.5, actor, pullRequestBranch: 'feature/tier-breaks' }),
];

const toTagged = (plans: readonly DeployPlan[]): Pick<WorldRepository, 'runs' | 'tags'> => ({
  runs: plans.map((plan) => toDeployRun(plan)),
  tags: plans.map((plan) => toTag(plan)),
});

/** Everything is well but the API: the client changed its password and the desk still holds the old one. */
const createHeritage = (now: Date): WorldClient => {
  const actor = 'dana-lee';
  const deploys = toTagged([
    { now, daysAgo: 46.2, actor },
    { now, daysAgo: 19.4, actor, end: 'rolled-back' },
    { now, daysAgo: 9.3, actor },
  ]);
  return {
    id: 'heritage',
    name: 'Heritage Fabrics',
    coPublish: ['LotTrace', 'ShipLinkRates'],
    tier: 'premium',
    timezone: 'America/Chicago',
    status: 'active',
    isReference: true,
    channel: { team: teamId, channel: channelIds.heritage },
    repository: { ...quietRepository, ...deploys, runs: [...deploys.runs, ...toGreenCi(now, actor)] },
    site: {
      ...toSite('heritage', 'Heritage'),
      password: 'heritage-api-2026-autumn',
      deskPassword: 'heritage-api-2026-spring',
    },
  };
};

/** CI has been red three times, so nothing went out for 34 days; a dry run in between deployed nothing. */
const createBayline = (now: Date): WorldClient => {
  const actor = 'sam-ortiz';
  return {
    id: 'bayline',
    name: 'Bayline Foods',
    coPublish: ['LotTrace'],
    tier: 'premium',
    timezone: 'America/New_York',
    status: 'active',
    channel: { team: teamId, channel: channelIds.bayline },
    contacts: [{ team: clientTeamId, user: personIds.clientContact }],
    repository: {
      ...quietRepository,
      runs: [
        toDeployRun({ now, daysAgo: 34.1, actor }),
        toDeployRun({ now, daysAgo: 2.7, actor, end: 'dry-run' }),
        ...[0.6, 1.8, 3.2].map((daysAgo) => toCiRun({ now, daysAgo, actor, isRed: true })),
        toCiRun({ now, daysAgo: 0.9, actor, pullRequestBranch: 'fix/rounding' }),
        ...[6.4, 11.9].map((daysAgo) => toCiRun({ now, daysAgo, actor })),
      ],
    },
    site: { ...toSite('bayline', 'Bayline'), byHand: ['TaxHotfix2024'] },
  };
};

/** Warned about twice: the last deploy is 28 days old, and CI failed once. Shares its site with Aster. */
const createKestrel = (now: Date): WorldClient => {
  const actor = 'noor-haddad';
  const deploys = toTagged([
    { now, daysAgo: 55.7, actor },
    { now, daysAgo: 28.2, actor },
  ]);
  return {
    id: 'kestrel',
    name: 'Kestrel Instruments',
    coPublish: ['CalibrationLog'],
    tier: 'standard',
    timezone: 'Europe/London',
    status: 'active',
    repository: {
      ...quietRepository,
      ...deploys,
      runs: [...deploys.runs, toCiRun({ now, daysAgo: 0.4, actor, isRed: true }), ...toGreenCi(now, actor)],
    },
    site: { ...toSite('kestrel', 'Kestrel'), prefix: 'tradecloud' },
  };
};

/** All well. No deploy tags: only its runs tell when it was deployed. */
const createAster = (now: Date): WorldClient => {
  const actor = 'mei-tan';
  return {
    id: 'aster',
    name: 'Aster Medical Supply',
    coPublish: ['SerialWatch'],
    tier: 'standard',
    timezone: 'Asia/Singapore',
    status: 'active',
    repository: {
      ...quietRepository,
      runs: [
        toDeployRun({ now, daysAgo: 4.2, actor }),
        toDeployRun({ now, daysAgo: 25.5, actor }),
        ...toGreenCi(now, actor),
      ],
    },
    site: { ...toSite('aster', 'Aster'), prefix: 'tradecloud' },
  };
};

/** The repository is out of our sight, so only the API can be judged. */
const createNorrland = (now: Date): WorldClient => ({
  id: 'norrland',
  name: 'Norrland Timber',
  tier: 'standard',
  timezone: 'Europe/Stockholm',
  status: 'active',
  repository: { ...quietRepository, accessible: false, runs: toGreenCi(now, 'eva-lind') },
  site: toSite('norrland', 'Norrland'),
});

/** Nobody has worked there for two months, so GitHub switched the deploy workflow off. */
const createPacific = (now: Date): WorldClient => {
  const actor = 'luis-romero';
  return {
    id: 'pacific-crate',
    name: 'Pacific Crate',
    tier: 'self-service',
    timezone: 'America/Los_Angeles',
    status: 'active',
    repository: {
      ...quietRepository,
      deploy: 'disabled_inactivity',
      ...toTagged([{ now, daysAgo: 64.3, actor }]),
      runs: [toDeployRun({ now, daysAgo: 64.3, actor }), toCiRun({ now, daysAgo: 64.4, actor })],
    },
    site: toSite('pacific-crate', 'PacificCrate'),
  };
};

/** New: no deploy workflow yet, so never deployed, and no API credentials were given. */
const createJuniper = (now: Date): WorldClient => ({
  id: 'juniper',
  name: 'Juniper Retail',
  tier: 'self-service',
  timezone: 'Australia/Sydney',
  status: 'active',
  repository: {
    ...quietRepository,
    deploy: 'missing',
    runs: [toCiRun({ now, daysAgo: 2.2, actor: 'ruby-cole' })],
  },
  site: { ...toSite('juniper', 'Juniper'), deskPassword: null },
});

/** Leaving: listed, not judged. */
const createWexford = (now: Date): WorldClient => {
  const actor = 'dana-lee';
  const deploys = toTagged([{ now, daysAgo: 71.6, actor }]);
  return {
    id: 'wexford',
    name: 'Wexford Tools',
    tier: 'standard',
    timezone: 'Europe/Dublin',
    status: 'offboarding',
    repository: {
      ...quietRepository,
      ...deploys,
      runs: [...deploys.runs, toCiRun({ now, daysAgo: 40.5, actor })],
    },
    site: toSite('wexford', 'Wexford'),
  };
};

export const createClients = (now: Date): readonly WorldClient[] =>
  [
    createHeritage,
    createBayline,
    createKestrel,
    createAster,
    createNorrland,
    createPacific,
    createJuniper,
    createWexford,
  ].map((create) => withPast(create(daysBefore(now, 0)), now));
