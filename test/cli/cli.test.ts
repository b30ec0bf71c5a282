import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run as runHere } from '../../src/cli/run.ts';
import { readCliConfig } from '../../src/config/cli-config.ts';
import { startCli } from '../support/cli-process.ts';
import { createBadWire, createPretendDesk, type PretendDesk } from '../support/pretend-desk.ts';

let desk: PretendDesk;
beforeEach(async () => {
  desk = await createPretendDesk();
});
afterEach(() => desk.close());

type Env = Readonly<Record<string, string>>;

const runProcess = (args: readonly string[], env: Env = desk.bySocket) => startCli(args, env).ended;

/** The same without a process: quicker, where the process adds nothing. */
const run = async (args: readonly string[], env: Env = desk.bySocket) => {
  let stdout = '';
  let stderr = '';
  const code = await runHere({
    args,
    readConfig: () => readCliConfig(env),
    interrupted: new AbortController().signal,
    terminal: {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      isTty: false,
    },
  });
  return { code, stdout, stderr };
};

it('prints the answer, and nothing else, on stdout', async () => {
  expect(await runProcess(['ping', 'heritage'])).toEqual({ code: 0, stdout: 'pong & more\n', stderr: '' });
  expect(desk.calls).toMatchObject([{ via: 'socket', verb: 'ping', input: { name: 'heritage' } }]);
});

it('ends with 0, 1, 2, 3 or 4 as the answer is', async () => {
  expect((await runProcess(['sick'])).code).toBe(1);
  const [usage, unknown, denied] = await Promise.all([
    runProcess(['ping', 'a', 'b']),
    runProcess(['pnig']),
    runProcess(['forbidden']),
  ]);
  expect([usage.code, unknown.code, denied.code]).toEqual([2, 2, 3]);
  expect([usage.stdout, unknown.stdout, denied.stdout]).toEqual(['', '', '']);
  expect(unknown.stderr).toContain('Did you mean ping?');
  expect(denied.stderr).toBe('You may not. Ask npm run acuops -- help.\n');
  const [timeout, url, token] = await Promise.all([
    run(['ping', '--timeout', 'soon']),
    run(['ping'], { ACUOPS_URL: 'desk' }),
    run(['ping'], { ACUOPS_URL: desk.url }),
  ]);
  expect([timeout.code, url.code, token.code]).toEqual([2, 2, 2]);
  expect([timeout.stderr, url.stderr, token.stderr].join('')).toMatch(
    /--timeout is "soon"[^]*ACUOPS_URL is "desk"[^]*ACUOPS_TOKEN is not/u,
  );
});

it('says so where no desk runs, and how to start one', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'acuops-'));
  const here = await runProcess(['ping'], { ACUOPS_DATA: empty });
  expect([here.code, here.stdout]).toEqual([4, '']);
  expect(here.stderr).toContain('No desk is running here');
  expect(here.stderr).toContain('npm start');
  const byDefault = await startCli(['ping'], {}, empty).ended;
  expect(byDefault.stderr).toContain(join(empty, '.acuops', 'desk.sock'));
  const json = await run(['ping', '--json'], { ACUOPS_DATA: empty });
  expect(JSON.parse(json.stdout)).toMatchObject({ state: 'unavailable', exit: 4, operation: null });
  const elsewhere = await run(['ping'], { ACUOPS_URL: 'http://127.0.0.1:1', ACUOPS_TOKEN: 'good' });
  expect(elsewhere.code).toBe(4);
  expect(elsewhere.stderr).toContain('http://127.0.0.1:1 (ECONNREFUSED)');
  await rm(empty, { recursive: true });
});

it('asks over TCP as the person of the token, and is turned away without a good one', async () => {
  expect(await run(['ping'], desk.byToken)).toMatchObject({ code: 0, stdout: 'pong & more\n', stderr: '' });
  expect(desk.calls).toMatchObject([{ via: 'http', actor: { team: 'T1', user: 'U1' } }]);
  const wrong = await runProcess(['ping'], { ...desk.byToken, ACUOPS_TOKEN: 'wrong' });
  expect(wrong).toMatchObject({ code: 3, stdout: '' });
  expect(wrong.stderr).toContain('No valid token');
  expect(wrong.stderr).not.toContain('wrong');
});

it('repeats a lost call under the same key, so that it is done once', async () => {
  const wire = await createBadWire(desk, 2);
  const result = await runProcess(['ping'], wire.env);
  expect(result).toMatchObject({ code: 0, stdout: 'pong & more\n' });
  expect(result.stderr).toContain('asking again under the same key');
  expect(wire.connections()).toBe(3);
  expect(desk.calls).toHaveLength(3);
  expect(new Set(desk.calls.map(({ deliveryKey }) => deliveryKey)).size).toBe(1);
  expect(desk.carriedOut()).toBe(1);
  await run(['ping'], wire.env);
  expect(desk.carriedOut()).toBe(2);
  await wire.close();
});

it('follows a started operation to its end and takes its exit code, without a progress line in a pipe', async () => {
  const cli = startCli(['work'], desk.bySocket);
  await expect.poll(() => desk.carriedOut(), { timeout: 10_000 }).toBe(1);
  desk.finish('7F3K2M', {
    state: 'done',
    exit: 1,
    message: { text: '3 of 8 need you', blocks: [] },
    data: [],
  });
  expect(await cli.ended).toEqual({ code: 1, stdout: '3 of 8 need you\n', stderr: '' });
});

it('waits for a desk that restarts in the middle', async () => {
  const cli = startCli(['work', '--json'], desk.bySocket);
  await expect.poll(() => desk.carriedOut(), { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await desk.leave();
  await expect.poll(cli.stderr, { timeout: 10_000 }).toContain('The desk is away; waiting for it');
  desk.finish('7F3K2M', { state: 'done', exit: 0, message: null, data: { clients: 8 } });
  await desk.comeBack();
  const { code, stdout } = await cli.ended;
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { operation: '7F3K2M', state: 'done', exit: 0, data: { clients: 8 } },
  ]);
  expect(desk.calls).toHaveLength(1);
});

it('stops waiting on Ctrl-C and says that the operation goes on', async () => {
  const cli = startCli(['work'], desk.bySocket);
  await expect.poll(() => desk.carriedOut(), { timeout: 10_000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  cli.child.kill('SIGINT');
  expect(await cli.ended).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Stopped waiting. Operation 7F3K2M goes on at the desk.\n',
  });
});

it('stops waiting after --timeout, with 4: it is not known how it ends', async () => {
  const result = await runProcess(['work', '--timeout=0.7', '--json']);
  expect(result.code).toBe(4);
  expect(JSON.parse(result.stdout)).toMatchObject({ operation: '7F3K2M', state: 'open', exit: 4 });
});

it('does not know what became of a call that the desk never answered', async () => {
  desk.setBefore(() => new Promise(() => {}));
  const result = await run(['ping', '--timeout', '0.7']);
  expect(result.code).toBe(4);
  expect(result.stderr).toContain('not known whether the desk took the request');
});

it('gives the whole answer as JSON, the secret with it', async () => {
  const { stdout, stderr, code } = await runProcess(['--json', 'secret']);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({
    operation: '7F3K2M',
    state: 'done',
    exit: 0,
    data: { pong: true },
    secret: 'shown-once',
  });
  expect((await run(['secret'])).stdout).toBe('pong & more\nshown-once\n');
  const refused = await run(['forbidden', '--json']);
  expect(refused.code).toBe(3);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    state: 'refused',
    exit: 3,
    data: { refused: 'denied' },
  });
});

it('helps: with the desk its commands, without it at least itself', async () => {
  const whole = await runProcess([]);
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  expect(whole.stdout).toContain('Exit codes: 0 healthy');
  expect(whole.stdout).toContain('ping [name] [--loud]\n      does ping (also: p)');
  expect((await run(['ping', '--help'])).stdout).toContain('Example: npm run acuops -- ping heritage');
  expect(await run(['pnig', '-h'])).toMatchObject({ code: 2, stdout: '' });
  const alone = await run(['--help'], { ACUOPS_DATA: join(desk.dataDir, 'none') });
  expect(alone.code).toBe(0);
  expect(alone.stdout).toContain('--timeout <s>');
  expect(alone.stderr).toContain('No desk is running here');
  for (const { stdout, stderr } of [whole, alone]) expect(`${stdout}${stderr}`).not.toMatch(/verb/iu);
});

it('helps a program with JSON, and with nothing else on stdout', async () => {
  const whole = await run(['--json']);
  expect([whole.code, whole.stderr]).toEqual([0, '']);
  const { state, data } = JSON.parse(whole.stdout) as { state: string; data: unknown };
  expect(state).toBe('done');
  expect(data).toContainEqual({
    verb: 'ping',
    aliases: ['p'],
    usage: 'ping [name] [--loud]',
    summary: 'does ping',
    example: 'ping heritage',
  });
  const one = await run(['ping', '--help', '--json']);
  expect(JSON.parse(one.stdout)).toMatchObject({ state: 'done', exit: 0, data: { verb: 'ping' } });
  const none = await run(['pnig', '--help', '--json']);
  expect(JSON.parse(none.stdout)).toMatchObject({ state: 'refused', exit: 2, data: null });
  const alone = await run(['--json'], { ACUOPS_DATA: join(desk.dataDir, 'none') });
  expect(alone.code).toBe(4);
  expect(JSON.parse(alone.stdout)).toMatchObject({ state: 'unavailable', exit: 4, data: null });
});

it('passes words after -- as they are', async () => {
  await run(['ping', '--', '--json']);
  expect(desk.calls).toEqual([]);
  await run(['ping', '--', '--loud']);
  expect(desk.calls).toMatchObject([{ input: { loud: true } }]);
});

it('is not taken in by another program, and lets no control sign out', async () => {
  const answers = [
    { status: 200, body: '<html>welcome</html>' },
    { status: 200, body: '{"kind":"answered"}' },
    { status: 302, body: '' },
    { status: 500, body: JSON.stringify({ error: 'broken', say: 'a\u001b]0;title\u0007b\u009b2Jc' }) },
  ];
  const other = createServer((_request, response) => {
    const { status, body } = answers.shift() ?? { status: 404, body: '' };
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const env = {
    ACUOPS_URL: `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
    ACUOPS_TOKEN: 'good',
  };
  for (let at = 0; at < 3; at += 1)
    expect(await run(['ping'], env)).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/version/u) as string,
    });
  expect((await run(['ping'], env)).stderr).toBe('a]0;titleb2Jc\n');
  other.close();
});

it('ends quietly where nobody reads on', async () => {
  const cli = startCli(['sick'], desk.bySocket);
  cli.child.stdout?.destroy();
  const { code, stderr } = await cli.ended;
  expect([code, stderr]).toEqual([1, '']);
});
