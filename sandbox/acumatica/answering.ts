/** What an Acumatica site answers, when it is well and when it is not. Status codes and bodies as its web service writes them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { publishedPath } from './customization.ts';
import type { Behaviour, Instance, Session } from './instance.ts';

export interface SiteAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly user?: string | undefined;
  readonly tenant?: string | undefined;
}

const Login = z.object({
  name: z.string(),
  password: z.string(),
  tenant: z.string().optional(),
  company: z.string().optional(),
});

const json = { 'content-type': 'application/json; charset=utf-8' };
const html = { 'content-type': 'text/html; charset=utf-8' };

const toException = (type: string, message: string): SiteAnswer => ({
  status: 500,
  headers: json,
  body: JSON.stringify({
    message: 'An error has occurred.',
    exceptionMessage: message,
    exceptionType: type,
    stackTrace: `   at ${type.split('.').slice(0, -1).join('.')}.Throw()`,
  }),
});

const restarting = (): SiteAnswer =>
  toException(
    'System.Reflection.TargetInvocationException',
    'Exception has been thrown by the target of an invocation.',
  );

const wrongTenant = (tenant: string): SiteAnswer =>
  toException('PX.Data.PXUndefinedCompanyException', `The tenant "${tenant}" cannot be found on this site.`);

const limit = (status: 429 | 500): SiteAnswer =>
  status === 429
    ? {
        status,
        headers: json,
        body: JSON.stringify({ message: 'The number of API users allowed by the license is reached.' }),
      }
    : toException(
        'PX.Data.PXException',
        'API Login Limit: the maximum number of concurrent API logins is reached.',
      );

const refused = (): SiteAnswer => ({
  status: 401,
  headers: json,
  body: JSON.stringify({ message: 'Invalid credentials. Please try again.' }),
});

const unsigned = (): SiteAnswer => ({
  status: 401,
  headers: json,
  body: JSON.stringify({ message: 'You are not logged in.' }),
});
export const notFound = (): SiteAnswer => ({
  status: 404,
  headers: html,
  body: '<html><body><h2>404 - File or directory not found.</h2></body></html>',
});
const notAllowed = (): SiteAnswer => ({
  status: 405,
  headers: { ...json, allow: 'POST' },
  body: JSON.stringify({ message: 'The requested resource does not support this http method.' }),
});

/** What a sign-in meets when the site is not well; undefined where the real check decides. */
const toPlannedSignIn = (behaviour: Behaviour, tenant: string): SiteAnswer | undefined => {
  switch (behaviour.kind) {
    case 'limit-429':
      return limit(429);
    case 'limit-500':
      return limit(500);
    case 'wrong-tenant':
      return wrongTenant(tenant);
    case 'restarting':
      return restarting();
    default:
      return undefined;
  }
};

const toCookies = (prefix: string, session: Session): readonly string[] => [
  `ASP.NET_SessionId=${session.id.slice(0, 24)}; path=/${prefix}; HttpOnly; SameSite=Lax`,
  `.ASPXAUTH=${session.id}; path=/${prefix}; HttpOnly; SameSite=Lax`,
  `UserBranch=16; path=/${prefix}`,
];

const parseLogin = (text: string): z.infer<typeof Login> | undefined => {
  try {
    return Login.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const answerLogin = (instance: Instance, behaviour: Behaviour, text: string): SiteAnswer => {
  const login = parseLogin(text);
  if (!login)
    return { status: 400, headers: json, body: JSON.stringify({ message: 'The request is invalid.' }) };
  const named = login.tenant ?? login.company;
  const who = { user: login.name, tenant: named };
  const planned = toPlannedSignIn(behaviour, named ?? '');
  if (planned) return { ...planned, ...who };
  const outcome = instance.signIn(login.name, login.password, named);
  switch (outcome.kind) {
    case 'signed-in':
      return { status: 204, headers: { 'set-cookie': toCookies(instance.prefix, outcome.session) }, ...who };
    case 'wrong-tenant':
      return { ...wrongTenant(outcome.tenant), ...who };
    case 'limit':
      return { ...limit(outcome.status), ...who };
    case 'refused':
      return { ...refused(), ...who };
  }
};

const readSession = (instance: Instance, request: IncomingMessage): Session | undefined => {
  const id = /(?:^|;\s*)\.ASPXAUTH=([0-9a-f]+)/u.exec(request.headers.cookie ?? '')?.[1];
  return id === undefined ? undefined : instance.touch(id);
};

const answerLogout = (instance: Instance, request: IncomingMessage): SiteAnswer => {
  if (request.headers['content-length'] === undefined)
    return { status: 411, headers: html, body: '<h2>Length Required</h2>' };
  const session = readSession(instance, request);
  if (!session) return unsigned();
  instance.signOut(session.id);
  return { status: 204 };
};

const endpoints = (prefix: string) => ({
  version: { acumaticaBuildVersion: '26.101.0225', databaseVersion: '26.101.0225' },
  endpoints: ['24.200.001', '23.200.001'].map((version) => ({
    name: 'Default',
    version,
    href: `/${prefix}/entity/Default/${version}/`,
  })),
});

const answerEntity = (instance: Instance, request: IncomingMessage, path: string): SiteAnswer => {
  if (!readSession(instance, request)) return unsigned();
  if (path === '/entity' || path === '/entity/') {
    return { status: 200, headers: json, body: JSON.stringify(endpoints(instance.prefix)) };
  }
  if (!/^\/entity\/Default\/2[34]\.200\.001\/StockItem$/u.test(path)) return notFound();
  return { status: 200, headers: json, body: JSON.stringify([{ InventoryID: { value: 'AALEGO500' } }]) };
};

const answerPublished = (instance: Instance, behaviour: Behaviour, request: IncomingMessage): SiteAnswer => {
  if (behaviour.kind === 'restarting') return restarting();
  const session = readSession(instance, request);
  return session ? { headers: json, ...instance.readPublished(session) } : unsigned();
};

/** Paths are case-sensitive; the sign-in paths and the customization API take POST only. */
export const answerSite = (
  instance: Instance,
  behaviour: Behaviour,
  request: IncomingMessage,
  path: string,
  text: string,
): SiteAnswer => {
  if (path === '/entity/auth/login') {
    return request.method === 'POST' ? answerLogin(instance, behaviour, text) : notAllowed();
  }
  if (path === '/entity/auth/logout')
    return request.method === 'POST' ? answerLogout(instance, request) : notAllowed();
  if (path === publishedPath)
    return request.method === 'POST' ? answerPublished(instance, behaviour, request) : notAllowed();
  if (path.startsWith('/entity') && request.method === 'GET') return answerEntity(instance, request, path);
  return notFound();
};

/** Carries out the ways of being unwell that touch every request. False where the site answers after all. */
export const misbehave = (behaviour: Behaviour, response: ServerResponse): boolean => {
  switch (behaviour.kind) {
    case 'hang':
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'redirect':
      response.writeHead(302, { location: behaviour.to }).end();
      return true;
    case 'garbage':
      response
        .writeHead(behaviour.status, html)
        .end('<html><body><h1>Service Unavailable</h1></body></html>');
      return true;
    case 'huge':
      pourForever(response);
      return true;
    default:
      return false;
  }
};

const pourForever = (response: ServerResponse): void => {
  const chunk = 'x'.repeat(64 * 1024);
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk)) continue;
  };
  response.writeHead(200, json);
  response.on('drain', pour);
  pour();
};
