/** The registry file (`acuops-clients.yaml`, version 1) and the secrets it refers to, for the clients of a pretend world. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { owner, toRepositoryName, toSecretName, toSiteUser, type WorldClient } from './client.ts';

export interface RegistryPlace {
  /** Address of the pretend Acumatica server. */
  readonly acumaticaUrl: string;
  /** Address of a port nobody listens on, for clients whose site is refused. */
  readonly refusedUrl?: string | undefined;
  /** Set: credentials are `file:` references into this folder instead of `env:` ones, so that another process sees a rotation. */
  readonly secretsDir?: string | undefined;
}

const toSiteUrl = (client: WorldClient, place: RegistryPlace): string => {
  const { prefix, reach } = client.site;
  if (reach === 'unknown-host') return `http://nowhere.invalid/${prefix}`;
  if (reach === 'refused') return `${place.refusedUrl ?? 'http://127.0.0.1:9'}/${prefix}`;
  return `${place.acumaticaUrl}/${prefix}`;
};

const toCredentials = (client: WorldClient, place: RegistryPlace) => {
  const toReference = (half: 'USER' | 'PASSWORD'): string => {
    const name = toSecretName(client, half);
    return place.secretsDir === undefined ? `env:${name}` : `file:${join(place.secretsDir, name)}`;
  };
  return { username: toReference('USER'), password: toReference('PASSWORD') };
};

const toEntry = (client: WorldClient, place: RegistryPlace): Record<string, unknown> => ({
  id: client.id,
  name: client.name,
  repo: `${owner}/${toRepositoryName(client)}`,
  tier: client.tier,
  timezone: client.timezone,
  status: client.status,
  ...(client.isReference === true ? { reference: true } : {}),
  ...(client.channel ? { slack: client.channel } : {}),
  ...(client.contacts ? { contacts: client.contacts } : {}),
  environments: [
    {
      name: 'production',
      url: toSiteUrl(client, place),
      tenant: client.site.tenant,
      ...(client.site.deskPassword === null ? {} : { credentials: toCredentials(client, place) }),
      branch: 'main',
    },
  ],
});

export const toRegistryYaml = (clients: readonly WorldClient[], place: RegistryPlace): string =>
  stringify(
    { version: 1, clients: clients.map((client) => toEntry(client, place)) },
    { aliasDuplicateObjects: false },
  );

/** Variable name to value, for every client that gave credentials. */
export const toCredentialsEnv = (clients: readonly WorldClient[]): Record<string, string> =>
  Object.fromEntries(
    clients.flatMap((client) => {
      const { deskPassword } = client.site;
      if (deskPassword === null) return [];
      return [
        [toSecretName(client, 'USER'), toSiteUser(client)],
        [toSecretName(client, 'PASSWORD'), deskPassword],
      ];
    }),
  );

/** One file per secret, readable by its owner only. */
export const writeSecrets = (folder: string, secrets: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(secrets))
    writeFileSync(join(folder, name), `${value}\n`, { mode: 0o600 });
};
