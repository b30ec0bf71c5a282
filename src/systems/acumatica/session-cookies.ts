/** The cookies of one sign-in, handed back once to sign out; nothing is kept. */
import type { GuardedResult } from '../../runtime/guarded-fetch.ts';

type Headers = Extract<GuardedResult, { kind: 'answer' }>['headers'];

/** Value of a `Cookie` header, null where the answer set none. A later cookie of the same name wins, an emptied one is left out. */
export const toCookieHeader = (headers: Headers): string | null => {
  const lines = headers['set-cookie'] ?? [];
  const jar = new Map<string, string>();
  for (const line of typeof lines === 'string' ? [lines] : lines) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    if (at <= 0) continue;
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  }
  return jar.size === 0 ? null : [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
};
