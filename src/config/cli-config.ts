/** The variables of the command line: where its desk is, and who asks. The desk's own configuration is read elsewhere. */
import { AcuopsError } from '../errors.ts';

export type CliConfig =
  | { readonly kind: 'url'; readonly url: URL; readonly token: string }
  /** The desk of a data folder on this machine, reached by its socket. */
  | { readonly kind: 'folder'; readonly dataDir: string };

const defaultDataDir = '.acuops';

/** @throws AcuopsError `config` naming the variable and what it may be. */
export const readCliConfig = (env: Readonly<Record<string, string | undefined>> = process.env): CliConfig => {
  const address = env['ACUOPS_URL']?.trim() ?? '';
  if (address === '') return { kind: 'folder', dataDir: env['ACUOPS_DATA']?.trim() || defaultDataDir };
  const url = URL.parse(address);
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw createConfigError(
      `ACUOPS_URL is ${JSON.stringify(hideUser(address))}; it must be the desk's address, for instance https://desk.example.`,
    );
  return { kind: 'url', url, token: readToken(env['ACUOPS_TOKEN']) };
};

const readToken = (given = ''): string => {
  const token = given.trim();
  if (token === '')
    throw createConfigError(
      'ACUOPS_URL is set, but ACUOPS_TOKEN is not. `/acuops token` in Slack gives you one.',
    );
  if (!/^[\x21-\x7E]{1,500}$/u.test(token))
    throw createConfigError('ACUOPS_TOKEN holds characters that no token has. Copy it again.');
  return token;
};

const hideUser = (address: string): string => address.replace(/\/\/[^/@]*@/u, '//…@').slice(0, 200);

const createConfigError = (say: string): AcuopsError =>
  new AcuopsError({ code: 'config', message: say, say });
