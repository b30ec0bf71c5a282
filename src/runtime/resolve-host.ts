/**
 * Turns a host name into addresses without tying up the process: the system's resolver works in four shared threads,
 * so fifty dead names would stall files and databases; this asks DNS over the network and uses the system only as the last resort.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** @throws an error with a DNS `code` such as ENOTFOUND or ETIMEOUT. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const hostsFile = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/** Addresses that the machine's hosts file gives a name; people put test and VPN hosts there and expect them to win. */
export const parseHostsFile = (text: string, host: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => (line.split('#')[0] ?? '').trim().split(/\s+/))
    .filter(
      ([address = '', ...names]) => isIP(address) !== 0 && names.some((name) => name.toLowerCase() === host),
    )
    .map(([address = '']) => address);

const codeOf = (reason: unknown): string =>
  reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : '';

const readSystem = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map((found) => found.address);

const readDns = async (host: string): Promise<readonly string[]> => {
  const resolver = new Resolver({ timeout: 2_500, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found;
  const codes = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : ''));
  if (codes.every((code) => code === 'ETIMEOUT')) {
    throw Object.assign(new Error(`no name server answered for ${host}`), { code: 'ETIMEOUT' });
  }
  // Search domains, mDNS and name services other than DNS are known to the system's resolver only.
  return readSystem(host);
};

export const createResolveHost = (): ResolveHost => async (host) => {
  const name = host.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
  const local = parseHostsFile(await readFile(hostsFile, 'utf8').catch(() => ''), name);
  return local.length > 0 ? local : readDns(name);
};
