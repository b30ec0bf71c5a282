/** Holds the house to its plan: who may import whom, one library in one room, every folder known, no file too long, manifest and registry in step. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');

const walk = (folder: string): readonly string[] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? walk(path) : path.endsWith('.ts') ? [path] : [];
  });

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Own files as paths from the root, packages by name. */
  readonly imports: readonly string[];
}

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(root, path), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/gu)].map((match) => match[1] ?? '');
  return {
    path,
    text,
    imports: found.map((name) =>
      name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)) : name,
    ),
  };
};

const sources = walk('src').map(readSource);

/** Floors from the roof down; a file may import its own floor's rules below only. */
const floors: readonly { readonly name: string; readonly rooms: readonly string[] }[] = [
  { name: 'roof', rooms: ['main', 'app'] },
  { name: 'edges', rooms: ['slack', 'http', 'cli', 'systems', 'store', 'jobs'] },
  { name: 'speech and work', rooms: ['commands', 'steps', 'blocks'] },
  { name: 'rules', rooms: ['operations', 'policy', 'profiles'] },
  { name: 'ground', rooms: ['errors', 'runtime', 'config'] },
];

/** `src/systems/github/x.ts` → systems; `src/app-edges.ts` → app. */
const toRoom = (path: string): string => {
  const [, room = ''] = path.split('/');
  return room.endsWith('.ts') ? room.replace(/(?:-.*)?\.ts$/u, '') : room;
};
const toFloor = (path: string): number => floors.findIndex((floor) => floor.rooms.includes(toRoom(path)));

/** Rooms within a room that must not know each other. */
const toCell = (path: string): string => {
  const [, room = '', cell = ''] = path.split('/');
  return ['commands', 'systems'].includes(room) && !cell.endsWith('.ts') ? `${room}/${cell}` : room;
};

const libraryRooms: Readonly<Record<string, readonly string[]>> = {
  '@slack/bolt': ['slack'],
  bullmq: ['jobs'],
  ioredis: ['jobs'],
  '@octokit/rest': ['systems/github'],
  '@octokit/auth-app': ['systems/github'],
  '@octokit/webhooks': ['systems/github'],
  '@octokit/plugin-throttling': ['systems/github'],
  '@octokit/plugin-retry': ['systems/github'],
  kysely: ['store'],
  pg: ['store'],
  pino: ['runtime'],
  'prom-client': ['runtime'],
  // Both make connections of their own: guarded ones to clients, counted ones to GitHub.
  undici: ['runtime', 'systems/github'],
};

const isIndexOfCommands = (path: string): boolean => path === 'src/commands/index.ts';

describe('the house', () => {
  it('has only rooms that the plan names', () => {
    const unknown = sources.filter((source) => toFloor(source.path) === -1).map((source) => source.path);
    expect(unknown).toEqual([]);
  });

  it('imports downwards only', () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter((target) => target.startsWith('src/'))
        .filter((target) => toFloor(target) < toFloor(source.path))
        .map((target) => `${source.path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('keeps edges and commands apart from each other', () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter((target) => target.startsWith('src/') && toCell(target) !== toCell(source.path))
        .filter((target) => {
          const sameEdgeFloor = toFloor(source.path) === 1 && toFloor(target) === 1;
          const otherCommand =
            toRoom(source.path) === 'commands' &&
            toRoom(target) === 'commands' &&
            !isIndexOfCommands(source.path);
          return sameEdgeFloor || otherCommand;
        })
        .map((target) => `${source.path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('lets one library live in one room', () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter(
          (name) =>
            libraryRooms[name] &&
            !libraryRooms[name].includes(toCell(source.path)) &&
            !libraryRooms[name].includes(toRoom(source.path)),
        )
        .map((name) => `${source.path} uses ${name}`),
    );
    expect(broken).toEqual([]);
  });

  it('reads the environment in config only', () => {
    const readers = sources
      .filter((source) => /process\.env\b/u.test(source.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/gu, '')))
      .map((source) => source.path);
    // main hands the environment on to whoever resolves references; nobody else touches it.
    expect(readers.filter((path) => toRoom(path) !== 'config')).toEqual(['src/main.ts']);
  });

  it('imports nothing from sandbox, test or bench', () => {
    const broken = sources.flatMap((source) =>
      source.imports
        .filter((target) => /^(?:sandbox|test|bench)\//u.test(target))
        .map((target) => `${source.path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('has a folder, a mirror in test and a line in the list for every command', () => {
    const folders = readdirSync(join(root, 'src/commands')).filter((name) => !name.endsWith('.ts'));
    const list = readFileSync(join(root, 'src/commands/index.ts'), 'utf8');
    expect(folders.filter((name) => !list.includes(`'./${name}/command.ts'`))).toEqual([]);
    const mirrored = readdirSync(join(root, 'test/commands'));
    expect(folders.filter((name) => !mirrored.includes(name))).toEqual([]);
  });

  it('opens every file with what it promises and ends it within 300 lines', () => {
    const all = [...sources, ...[...walk('sandbox'), ...walk('test')].map(readSource)];
    expect(all.filter((source) => source.text.split('\n').length > 301).map((source) => source.path)).toEqual(
      [],
    );
    expect(sources.filter((source) => !source.text.startsWith('/*')).map((source) => source.path)).toEqual(
      [],
    );
  });

  it('tries no suite a second time: a race that fails once in a while is a fault', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const configs = readdirSync(root).filter((name) => name.startsWith('vitest.'));
    const texts = ['.ci/run', ...configs].map((name) => readFileSync(join(root, name), 'utf8'));
    expect([JSON.stringify(scripts), ...texts].filter((text) => /\bretry\b/u.test(text))).toEqual([]);
  });

  it('names the slash command of the manifest', () => {
    const manifest = parse(readFileSync(join(root, 'manifest.yaml'), 'utf8')) as {
      features: { slash_commands: { command: string }[] };
    };
    expect(manifest.features.slash_commands.map((entry) => entry.command)).toEqual(['/acuops']);
  });
});
