/**
 * Decides whether a resolved address may be connected to: nothing inside our own network unless configuration names it.
 * Resolving and connecting are left to `guarded-fetch.ts`.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

/** `true`: private networks are fine (never metadata services). A list: exactly these host names, addresses or CIDRs. */
export type AllowPrivate = boolean | readonly string[];

export interface AddressGuard {
  /** Null where the connection may be made, else a short clause that says why not. */
  readonly decide: (host: string, address: string) => string | null;
}

const blocked: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'this host'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'this host'],
  ['::1/128', 'loopback'],
  ['64:ff9b:1::/48', 'private'],
  ['100::/64', 'discard'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

/** Cloud metadata services hand out credentials; `allowPrivate: true` does not open them, only naming them does. */
const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254'];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

const toList = (entries: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
};

const isCidr = (entry: string): boolean => {
  const [address = '', bits, ...rest] = entry.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
};

/** `::ffff:7f00:1` and its kin: the IPv4 address that an IPv6 form carries, and what carries it. */
const toEmbedded = (address: string): { readonly v4: string; readonly how: 'mapped' | 'nat64' } | null => {
  // The URL parser is the one canonical writer of IPv6 at hand: lower case, compressed, no dotted tail.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const match = /^(::ffff:|64:ff9b::)(?:([\da-f]{1,4}):)?([\da-f]{1,4})$/.exec(plain);
  if (match === null) return null;
  const high = Number.parseInt(match[2] ?? '0', 16);
  const low = Number.parseInt(match[3] ?? '0', 16);
  const v4 = [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return { v4, how: match[1] === '::ffff:' ? 'mapped' : 'nat64' };
};

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** @throws RangeError for an entry with a slash that is no CIDR; configuration checks the same before. */
export const createAddressGuard = (allowPrivate: AllowPrivate): AddressGuard => {
  const named = typeof allowPrivate === 'boolean' ? [] : allowPrivate.map(bare);
  const wrong = named.find((entry) => entry.includes('/') && !isCidr(entry));
  if (wrong !== undefined)
    throw new RangeError(
      `allowed private host ${wrong}: expected a host name, an address or a CIDR such as 10.0.0.0/8`,
    );
  const hosts = new Set(named.filter((entry) => !isCidr(entry)));
  const nets = toList(named.filter(isCidr));
  const kinds = blocked.map(([cidr, what]) => ({ list: toList([cidr]), what }));
  const metadataList = toList(metadata);

  const decideAddress = (address: string): string | null => {
    const family = familyOf(address);
    if (nets.check(address, family)) return null;
    if (metadataList.check(address, family)) return `${address} is a metadata service`;
    const found = kinds.find((kind) => kind.list.check(address, family));
    return found === undefined || allowPrivate === true ? null : `${address} is ${found.what}`;
  };

  const decide = (host: string, address: string): string | null => {
    const plain = bare(address).split('%')[0] ?? '';
    if (isIP(plain) === 0) return `${plain} is no address`;
    if (hosts.has(bare(host))) return null;
    const embedded = isIPv4(plain) ? null : toEmbedded(plain);
    if (embedded === null) return decideAddress(plain);
    const inner = decideAddress(embedded.v4);
    if (inner !== null) return `${plain} stands for ${inner}`;
    const named = allowPrivate === true || nets.check(embedded.v4, 'ipv4');
    return embedded.how === 'nat64' || named ? null : `${plain} is an IPv4-mapped address`;
  };
  return { decide };
};
