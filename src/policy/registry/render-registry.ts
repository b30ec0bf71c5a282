/** From a document to its one canonical YAML text: stable order, defaults left out. Reading the text again gives the same document. */
import { Document, isMap, isScalar, isSeq, visit } from 'yaml';
import { defaultThresholds } from '../health/facts.ts';
import {
  type RegistryClient,
  type RegistryDocument,
  type RegistryEnvironment,
  toCanonicalDocument,
} from './registry-document.ts';

const header = [
  ' Clients of this desk, version 1 of the format. Every field is explained in docs/registry.md.',
  ' The desk keeps the record; this file is how it is exchanged. Changes made here and in the desk since',
  ' the last import are merged field by field; where both changed one field, nothing is imported.',
  ' Leaving a client out removes nothing. Secrets never go into this file, only where they are found:',
  ' env:NAME or file:/path.',
].join('\n');

/** Fields that are undefined are not written. */
const toEnvironment = ({ name, url, tenant, credentials, branch }: RegistryEnvironment) => ({
  name,
  url,
  tenant,
  credentials:
    credentials === null ? undefined : { username: credentials.username, password: credentials.password },
  branch,
});

const toWorkflows = ({ deploy, ci, branch }: RegistryClient['workflows']) => {
  const isStandard =
    deploy === 'acuops-deploy.yml' && ci.length === 1 && ci[0] === 'ci.yml' && branch === 'main';
  return isStandard ? undefined : { deploy, ci, branch };
};

const toThresholds = ({ deployWarnDays, deployFailDays, ciFailStreak }: RegistryClient['thresholds']) => {
  const isStandard =
    deployWarnDays === defaultThresholds.deployWarnDays &&
    deployFailDays === defaultThresholds.deployFailDays &&
    ciFailStreak === defaultThresholds.ciFailStreak;
  return isStandard ? undefined : { deployWarnDays, deployFailDays, ciFailStreak };
};

const toEntry = (client: RegistryClient) => ({
  id: client.id,
  name: client.name,
  repo: client.repo,
  tier: client.tier,
  timezone: client.timezone,
  status: client.status,
  reference: client.reference ? true : undefined,
  slack: client.slack === null ? undefined : { team: client.slack.team, channel: client.slack.channel },
  contacts:
    client.contacts.length === 0
      ? undefined
      : client.contacts.map(({ team, user }) => (user === null ? { team } : { team, user })),
  workflows: toWorkflows(client.workflows),
  thresholds: toThresholds(client.thresholds),
  environments: client.environments.map(toEnvironment),
});

/** Small groups in one line each, as people write them. */
const inOneLine: ReadonlySet<unknown> = new Set(['slack', 'workflows', 'thresholds', 'credentials']);

const toGroups = (list: unknown) => (isSeq(list) ? list.items.filter((item) => isMap(item)) : []);

export const renderRegistry = (given: RegistryDocument): string => {
  const { version, clients } = toCanonicalDocument(given);
  const document = new Document(
    { version, clients: clients.map(toEntry) },
    { aliasDuplicateObjects: false, compat: 'yaml-1.1' },
  );
  document.commentBefore = header;
  visit(document, {
    Pair: (_key, { key, value }) => {
      const name = isScalar(key) ? key.value : key;
      if (inOneLine.has(name) && isMap(value)) value.flow = true;
      if (name === 'contacts') for (const contact of toGroups(value)) contact.flow = true;
      if (name === 'clients') for (const client of toGroups(value).slice(1)) client.spaceBefore = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
};
