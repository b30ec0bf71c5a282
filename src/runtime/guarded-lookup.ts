/** Resolving and judging in one place: the socket goes to exactly what was judged, so no second DNS answer can slip in. */
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { AddressGuard } from './address-guard.ts';
import { BlockedAddressError } from './guarded-failure.ts';
import type { ResolveHost } from './resolve-host.ts';

/** For connections that ask for all addresses (`autoSelectFamily`); those that the guard refuses are left out. */
export const createGuardedLookup = (guard: AddressGuard, resolve: ResolveHost): LookupFunction => {
  const lookup = async (host: string) => {
    const judged = (await resolve(host)).map((address) => ({
      address,
      refusal: guard.decide(host, address),
    }));
    const open = judged.filter(({ refusal }) => refusal === null);
    if (open.length > 0) return open.map(({ address }) => ({ address, family: isIP(address) }));
    const refusal = judged[0]?.refusal;
    if (typeof refusal === 'string') throw new BlockedAddressError(`${host}: ${refusal}`);
    throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
  };
  const called = callbackify(lookup);
  return (host, _options, callback) =>
    called(host, (error, found) => callback(error, error === null ? found : []));
};
