// Runs the program local-slack on loopback and speaks with it: its Web API, its control API and its page's own socket.
// It is only a screen here; what Slack knows is kept by the front.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isJson, type Json } from './json.ts';

const startWithinMs = 15_000;
const stopWithinMs = 2000;

export interface LocalSlack {
  /** The page, for a browser. */
  readonly url: string;
  readonly call: (method: string, args: Json) => Promise<Json>;
  readonly control: (path: string, body?: Json) => Promise<Json>;
  /** Closes whatever form the page shows. */
  readonly closeForm: (userId: string) => void;
  readonly stop: () => Promise<void>;
}

const binary = (): string => {
  const name = `local-slack-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'local-slack.exe' : 'local-slack';
  return fileURLToPath(new URL(`../../node_modules/${name}/bin/${program}`, import.meta.url));
};

export const hasLocalSlack = (): boolean => existsSync(binary());

/** The program listens on every interface; given to Bun before it starts, this keeps it to this machine. */
const keepOnLoopback = `const serve = Bun.serve.bind(Bun);
Bun.serve = (options) => serve({ ...options, hostname: '127.0.0.1' });
`;

const readUrl = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const give = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const url = /Web UI:\s+(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', give);
    child.stderr?.on('data', give);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`local-slack ended at once (${String(code)}): ${said.trim()}`)),
    );
    setTimeout(
      () => reject(new Error(`local-slack did not start in ${startWithinMs} ms: ${said.trim()}`)),
      startWithinMs,
    ).unref();
  });

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGTERM');
  const isGone = await Promise.race([gone.then(() => true), sleep(stopWithinMs).then(() => false)]);
  if (!isGone) child.kill('SIGKILL');
  await gone;
};

const post = async (url: string, body: Json): Promise<Json> => {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer screen' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  return isJson(answer) ? answer : {};
};

const openSocket = (url: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ui`);
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error(`No socket to the page at ${url}`)));
  });

/** @throws Error where this platform has no local-slack, or it does not start */
export const startLocalSlack = async (config: Json, port: number): Promise<LocalSlack> => {
  const program = binary();
  if (!existsSync(program)) {
    throw new Error(
      `The page of the pretend Slack needs the program local-slack, and npm brought none for ${process.platform}-${process.arch}. ` +
        'Pass `page: false` to do without the page.',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'acuops-slack-page-'));
  const configFile = join(folder, 'workspace.json');
  const preloadFile = join(folder, 'loopback.js');
  writeFileSync(configFile, JSON.stringify(config));
  writeFileSync(preloadFile, keepOnLoopback);
  const options = [
    '--config',
    configFile,
    '--port',
    String(port),
    '--base-host',
    '127.0.0.1',
    '--files-dir',
    folder,
  ];
  const child = spawn(program, options, {
    env: { ...process.env, BUN_OPTIONS: `--preload=${preloadFile}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Should this process end without stopping its parts, the page goes with it.
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = await readUrl(child);
    const socket = await openSocket(url);
    return {
      url,
      call: (method, args) => post(`${url}/api/${method}`, args),
      control: (path, body = {}) => post(`${url}/_control/${path}`, body),
      closeForm: (userId) => socket.send(JSON.stringify({ t: 'view_close', user: userId })),
      stop: async () => {
        socket.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
