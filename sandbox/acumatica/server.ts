/** Many pretend Acumatica sites on one loopback server, one per path prefix, with the means to make each of them unwell and to look at its sessions and calls. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort, listenOnLoopback, stopServer } from '../loopback.ts';
import { answerSite, misbehave, notFound, type SiteAnswer } from './answering.ts';
import {
  type AcumaticaCall,
  type Behaviour,
  createInstance,
  type Instance,
  type InstanceInput,
  type Session,
} from './instance.ts';

export { publishedPath } from './customization.ts';
export type { AcumaticaCall, Behaviour, InstanceInput, Session } from './instance.ts';

export interface AcumaticaServer {
  /** Without a prefix: `http://127.0.0.1:PORT`. */
  readonly url: string;
  addInstance(input: InstanceInput): void;
  urlOf(prefix: string): string;
  /** `times` requests meet it, then all is well again; left out: until changed. With a path only requests for that one. */
  setBehaviour(prefix: string, behaviour: Behaviour, times?: number, path?: string): void;
  /** The next sign-ins that succeed open their session, and the answer never comes. */
  loseAnswer(prefix: string, times?: number): void;
  /** Also unlocks the account. */
  setPassword(prefix: string, user: string, password: string): void;
  setPublished(prefix: string, tenant: string, projects: readonly string[]): void;
  /** Takes the role away that looking at customizations wants, or gives it back. */
  setCustomizer(prefix: string, user: string, isCustomizer: boolean): void;
  /** Wrong passwords since the last good one; five lock the account. */
  tries(prefix: string, user: string): number;
  sessions(prefix: string): readonly Session[];
  /** As a publish does it: everybody is signed out. */
  endSessions(prefix: string): void;
  calls(prefix: string): readonly AcumaticaCall[];
  forgetCalls(): void;
  /** A site, or without a prefix a server, whose port nobody listens on. */
  refusedUrl(prefix?: string): Promise<string>;
  /** A site whose host has no address. */
  unknownHostUrl(prefix: string): string;
  stop(): Promise<void>;
}

export interface AcumaticaOptions {
  readonly port?: number;
  readonly clock?: () => number;
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const write = (response: ServerResponse, answer: SiteAnswer): void => {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.writeHead(answer.status).end(answer.body ?? '');
};

export const createAcumatica = async (options: AcumaticaOptions = {}): Promise<AcumaticaServer> => {
  const clock = options.clock ?? Date.now;
  const instances = new Map<string, Instance>();
  let refusedPort: Promise<number> | undefined;

  const instance = (prefix: string): Instance => {
    const found = instances.get(prefix);
    if (!found) throw new Error(`no Acumatica instance "${prefix}"; addInstance first`);
    return found;
  };

  const serveInstance = async (
    site: Instance,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const method = request.method ?? 'GET';
    const text = await readText(request);
    const behaviour = site.takeBehaviour(path);
    if (behaviour.kind === 'slow') await wait(behaviour.ms, undefined, { ref: false });
    if (misbehave(behaviour, response)) {
      site.record({ method, path, status: response.headersSent ? response.statusCode : 0 });
      return;
    }
    const answer = answerSite(site, behaviour, request, path, text);
    const isLost = path === '/entity/auth/login' && answer.status === 204 && site.takeLostAnswer();
    site.record({
      method,
      path,
      status: isLost ? 0 : answer.status,
      user: answer.user,
      tenant: answer.tenant,
    });
    if (!isLost) write(response, answer);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, prefix = '', path = ''] =
      /^\/([^/]*)(.*)$/u.exec(new URL(request.url ?? '/', 'http://localhost').pathname) ?? [];
    const site = instances.get(prefix);
    if (site) await serveInstance(site, path, request, response);
    else write(response, notFound());
  };

  const server = createServer((request, response) => {
    // A caller that hangs up while its body is read is no fault of the site.
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    addInstance: (input) => {
      if (instances.has(input.prefix))
        throw new Error(`Acumatica instance "${input.prefix}" was added before`);
      instances.set(input.prefix, createInstance(input, clock));
    },
    urlOf: (prefix) => `${url}/${instance(prefix).prefix}`,
    setBehaviour: (prefix, behaviour, times, path) => instance(prefix).setBehaviour(behaviour, times, path),
    loseAnswer: (prefix, times = 1) => instance(prefix).loseAnswers(times),
    setPassword: (prefix, user, password) => instance(prefix).setPassword(user, password),
    setPublished: (prefix, tenant, projects) => instance(prefix).setPublished(tenant, projects),
    setCustomizer: (prefix, user, isCustomizer) => instance(prefix).setCustomizer(user, isCustomizer),
    tries: (prefix, user) => instance(prefix).tries(user),
    sessions: (prefix) => instance(prefix).sessions(),
    endSessions: (prefix) => instance(prefix).endSessions(),
    calls: (prefix) => instance(prefix).calls(),
    forgetCalls: () => {
      for (const site of instances.values()) site.forgetCalls();
    },
    refusedUrl: async (prefix) => {
      refusedPort ??= findFreePort();
      const base = `http://127.0.0.1:${await refusedPort}`;
      return prefix === undefined ? base : `${base}/${prefix}`;
    },
    unknownHostUrl: (prefix) => `http://nowhere.invalid/${prefix}`,
    stop: () => stopServer(server),
  };
};
