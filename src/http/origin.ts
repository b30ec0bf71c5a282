/** Keeps browser pages away from the CLI's door: a page can be made to call this machine, but not to hide that it is one. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What is wrong with the caller, or null. */
export const findBrowserTrouble = (
  request: IncomingMessage,
  allowedHosts: readonly string[],
): string | null => {
  const { headers } = request;
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined)
    return 'This door is for the acuops command, not for web pages.';
  const host = toHostName(headers.host ?? '');
  if (isAllowedHost(host, allowedHosts)) return null;
  return `This desk does not answer to the host name "${host.slice(0, 100)}". Use its address, or have its name configured.`;
};

/** A name can be pointed at us by whoever owns it (DNS rebinding); an address in figures and `localhost` cannot. */
const isAllowedHost = (host: string, allowedHosts: readonly string[]): boolean =>
  isIP(host) !== 0 || host === 'localhost' || allowedHosts.some((allowed) => allowed.toLowerCase() === host);

/** `[::1]:3000` → `::1`, `Desk.Example:443` → `desk.example`. */
const toHostName = (host: string): string => {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/u.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d+$/u, '')).toLowerCase();
};
