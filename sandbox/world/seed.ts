/** Puts clients into the GitHub stand-in and onto the pretend Acumatica server. */
import type { AcumaticaServer } from '../acumatica/server.ts';
import type { GitHubFront } from '../github/front.ts';
import {
  ciFile,
  deployFile,
  projectNames,
  toRepositoryName,
  toSiteUser,
  type WorldClient,
} from './client.ts';

const seedRepository = (front: GitHubFront, client: WorldClient): void => {
  const name = toRepositoryName(client);
  const { repository } = client;
  front.addRepository({ name, accessible: repository.accessible, branches: ['staging'] });
  const workflows = [
    { file: deployFile, name: 'AcuOps Deploy', state: repository.deploy },
    { file: ciFile, name: 'CI', state: repository.ci },
  ];
  for (const { state, ...workflow } of workflows) {
    if (state !== 'missing') front.addWorkflow(name, { ...workflow, state });
  }
  for (const { checks, ...commit } of repository.past?.commits ?? []) {
    front.addCommit(name, commit);
    for (const check of checks) front.addCheck(name, commit.sha, check);
  }
  for (const [variable, value] of Object.entries(repository.past?.variables ?? {}))
    front.setVariable(name, variable, value);
  for (const run of repository.runs) front.addRun(name, run);
  for (const tag of repository.tags) front.addTag(name, tag.name, tag.sha);
};

export const seedGitHub = (front: GitHubFront, clients: readonly WorldClient[]): void => {
  for (const client of clients) seedRepository(front, client);
};

const toPublished = (client: WorldClient): readonly string[] => {
  const { project, coPublish } = projectNames(client);
  return [project, ...coPublish, ...(client.site.byHand ?? [])];
};

/** Clients with one prefix become tenants of one site, each with its own account. */
export const seedAcumatica = (server: AcumaticaServer, clients: readonly WorldClient[]): void => {
  const sites = Map.groupBy(clients, (client) => client.site.prefix);
  for (const [prefix, residents] of sites) {
    server.addInstance({
      prefix,
      tenants: residents.map((client) => client.site.tenant),
      users: residents.map((client) => ({ name: toSiteUser(client), password: client.site.password })),
      apiUserLimit: 3,
      published: Object.fromEntries(
        residents.map((client) => [client.site.tenant, toPublished(client)] as const),
      ),
    });
    if (residents.some((client) => client.site.reach === 'hangs'))
      server.setBehaviour(prefix, { kind: 'hang' });
  }
};
