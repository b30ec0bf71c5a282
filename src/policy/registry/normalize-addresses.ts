/** Writes every instance's address the one way that sessions and locks are keyed by, or says which address is none of a site. */
import type { RegistryDocument } from './registry-document.ts';

/** Given by whoever knows the sites; the reason names what is allowed. */
export type NormalizeUrl = (
  text: string,
) => { readonly kind: 'instance'; readonly url: string } | { readonly kind: 'wrong'; readonly say: string };

export interface AddressFault {
  readonly id: string;
  readonly environment: string;
  readonly say: string;
}

export type NormalizedRegistry =
  | { readonly kind: 'normalized'; readonly document: RegistryDocument }
  | { readonly kind: 'faulty'; readonly faults: readonly AddressFault[] };

export const normalizeAddresses = (
  document: RegistryDocument,
  normalize: NormalizeUrl,
): NormalizedRegistry => {
  const faults: AddressFault[] = [];
  const clients = document.clients.map((client) => ({
    ...client,
    environments: client.environments.map((environment) => {
      const address = normalize(environment.url);
      if (address.kind === 'instance') return { ...environment, url: address.url };
      faults.push({ id: client.id, environment: environment.name, say: address.say });
      return environment;
    }),
  }));
  return faults.length > 0
    ? { kind: 'faulty', faults }
    : { kind: 'normalized', document: { ...document, clients } };
};
