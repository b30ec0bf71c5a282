/** The files for Docker say what the code needs: variables it knows, folders it reads, a user it can name. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Environment, parseConfig } from '../../src/config/parse-config.ts';
import { deskVariables } from '../../src/config/variables.ts';

const toUrl = (name: string): URL => new URL(`../../${name}`, import.meta.url);
const read = (name: string): string => readFileSync(toUrl(name), 'utf8');

const Service = z.object({
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.object({ source: z.string(), target: z.string(), read_only: z.literal(true) })),
  tmpfs: z.array(z.string()),
  read_only: z.literal(true),
  stop_grace_period: z.string(),
});
const { services } = z
  .object({ services: z.object({ bot: Service, worker: Service }) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const dockerfile = read('Dockerfile');
const inImage = Object.fromEntries(
  [...dockerfile.matchAll(/^(?:ENV| {3}) ([A-Z_]+)=(\S+)/gmu)].map((found) => [
    found[1] ?? '',
    found[2] ?? '',
  ]),
);
const page = read('docs/real-workspace.md');

const configure = (role: 'bot' | 'worker', more: Environment = {}) => {
  const env: Environment = {
    ...inImage,
    ...services[role].environment,
    SLACK_BOT_TOKEN: 'xoxb-bot-secret',
    ...more,
  };
  const address = env['DATABASE_URL']?.replace(/\$\{POSTGRES_PASSWORD:[^}]*\}/u, 'letters0');
  const parsed = parseConfig({ ...env, DATABASE_URL: address }, '/app');
  if (parsed.kind === 'faulty') throw new Error(parsed.faults.map(({ say }) => say).join('\n'));
  return parsed.config;
};

test('both roles start with them, and show their figures to nobody outside', () => {
  const bot = configure('bot', { SLACK_APP_TOKEN: 'xapp-app-secret' });
  expect(bot).toMatchObject({ roles: ['bot'], host: '0.0.0.0', port: 3000, adminHost: '127.0.0.1' });
  expect(configure('worker')).toMatchObject({ roles: ['worker'], adminPort: 3001 });
  const known: readonly string[] = deskVariables.map(({ name }) => name);
  for (const name of Object.keys({ ...inImage, ...services.bot.environment }))
    expect([...known, 'NODE_ENV']).toContain(name);
});

test('what the desk reads is mounted, and the only folder it writes to is there', () => {
  const { volumes, tmpfs, stop_grace_period: grace } = services.bot;
  const targets = volumes.map(({ target }) => target);
  const { clientsFile, dataFolder } = configure('worker');
  expect(targets.filter((target) => clientsFile.path.startsWith(`${target}/`))).toHaveLength(1);
  expect(tmpfs.some((line) => line.startsWith(`${dataFolder}:`))).toBe(true);
  for (const [, path] of page.matchAll(/file:(\/run\/[a-z/-]+)/gu))
    expect(targets.some((target) => path?.startsWith(`${target}/`))).toBe(true);
  // A stop takes 25 s at most.
  expect(Number.parseInt(grace, 10)).toBeGreaterThanOrEqual(30);
});

test('the page names the terminal and its user as they are in the image', () => {
  const user = /^USER (\w+)$/mu.exec(dockerfile)?.[1] ?? '';
  expect(page).toContain(`\`local:${user}\``);
  const [, script = ''] = /docker compose exec bot node dist\/(\S+)\.js doctor/u.exec(page) ?? [];
  expect(existsSync(toUrl(`src/${script}.ts`))).toBe(true);
});
