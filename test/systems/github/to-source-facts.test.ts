import { describe, expect, it } from 'vitest';
import type { Comparison, GitCommit } from '../../../src/systems/github/answers.ts';
import { GitCommit as GitCommitSchema } from '../../../src/systems/github/answers.ts';
import {
  toChangeFact,
  toCheckFacts,
  toCommitFact,
  toFileText,
  toStatusFacts,
  toTitle,
} from '../../../src/systems/github/to-source-facts.ts';

const sha = 'a'.repeat(40);
const file = { type: 'file', sha, encoding: 'base64', content: '' };
const encode = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');

describe('a file', () => {
  it('is its text, in lines of base64 as GitHub sends it', () => {
    const content = `${encode('größe: 1\n').slice(0, 5)}\n${encode('größe: 1\n').slice(5)}\n`;
    expect(toFileText({ ...file, content }, 'x')).toEqual({
      kind: 'text',
      file: { text: 'größe: 1\n', blobSha: sha },
    });
    expect(toFileText(file, 'x')).toMatchObject({ file: { text: '' } });
    expect(toFileText(null, 'x')).toEqual({ kind: 'text', file: null });
  });

  it.each([
    [[], 'x is a folder'],
    [{ ...file, type: 'symlink' }, 'x is no plain file'],
    [{ ...file, type: 'submodule' }, 'x is no plain file'],
    [{ ...file, encoding: 'none' }, 'x is larger than 1 MB'],
    [{ type: 'file', sha }, 'x is larger than 1 MB'],
    [{ ...file, content: encode(Uint8Array.of(0xff, 0xfe, 0)) }, 'x is no UTF-8 text'],
  ])('%j is unknown, never absent', (content, say) => {
    expect(toFileText(content, 'x')).toEqual({ kind: 'unknown', reason: 'malformed', say });
  });
});

describe('a commit', () => {
  const at = '2026-11-01T20:45:00Z';
  const commit: GitCommit = {
    sha,
    commit: { message: 'One\n\nTwo', author: { name: 'Ada L', date: at }, committer: { date: at } },
    author: { login: 'ada' },
  };

  it('is told by login, else by name, and is unsigned where nobody says otherwise', () => {
    expect(toCommitFact(commit)).toEqual({
      sha,
      title: 'One',
      author: 'ada',
      isVerified: false,
    });
    expect(toCommitFact({ ...commit, author: null }).author).toBe('Ada L');
    expect(toCommitFact({ ...commit, author: {} }).author).toBe('Ada L');
    expect(toCommitFact({ ...commit, author: null, commit: { ...commit.commit, author: null } }).author).toBe(
      'unknown',
    );
  });

  it('without any date, or without a full name, is not readable', () => {
    expect(GitCommitSchema.safeParse(commit).success).toBe(true);
    expect(
      GitCommitSchema.safeParse({ ...commit, commit: { ...commit.commit, author: null, committer: null } })
        .success,
    ).toBe(false);
    expect(GitCommitSchema.safeParse({ ...commit, sha: 'abc' }).success).toBe(false);
  });

  it('has an author of at most 100 characters', () => {
    const author = { name: '😀'.repeat(101), date: at };
    expect(toCommitFact({ ...commit, author: null, commit: { ...commit.commit, author } }).author).toBe(
      '😀'.repeat(100),
    );
    expect(toCommitFact({ ...commit, author: { login: 'x'.repeat(101) } }).author).toBe('x'.repeat(100));
  });

  it.each([
    ['\n\n  One\r\nTwo', 'One'],
    ['x'.repeat(201), 'x'.repeat(200)],
    [`${'x'.repeat(199)}😀y`, `${'x'.repeat(199)}😀`],
    ['', ''],
  ])('%j has the title %j', (message, title) => {
    expect(toTitle(message)).toBe(title);
  });
});

describe('a change', () => {
  const toComparison = (files: Comparison['files']): Comparison => ({
    status: 'ahead',
    ahead_by: 1,
    behind_by: 0,
    html_url: 'https://github.com/a/b/compare/x...y',
    base_commit: { sha },
    commits: [],
    files,
  });

  it('names a moved file in both places, each file once', () => {
    const files = [{ filename: 'b', previous_filename: 'a' }, { filename: 'a' }];
    expect(toChangeFact(toComparison(files), [])).toMatchObject({
      base: sha,
      files: ['b', 'a'],
      areFilesCut: false,
    });
  });

  it('keeps both ends of a path that is longer than 300 characters: the ends tell what it is', () => {
    const toPath = (letter: string, count: number) => `scripts/${letter.repeat(count)}.ps1`;
    const paths = [toPath('x', 288), toPath('x', 289), toPath('😀', 100_000)];
    const { files } = toChangeFact(toComparison(paths.map((filename) => ({ filename }))), []);
    expect(files).toEqual([
      toPath('x', 288),
      `scripts/${'x'.repeat(192)}…${'x'.repeat(95)}.ps1`,
      `scripts/${'😀'.repeat(192)}…${'😀'.repeat(95)}.ps1`,
    ]);
    expect(files.map((path) => Array.from(path).length)).toEqual([300, 300, 300]);
    const [, cut = ''] = files;
    expect(toChangeFact(toComparison([{ filename: cut }]), []).files).toEqual([cut]);
  });

  it('of 300 files may have more', () => {
    const files = Array.from({ length: 300 }, (_, at) => ({ filename: `f${at}` }));
    expect(toChangeFact(toComparison(files.slice(1)), []).areFilesCut).toBe(false);
    expect(toChangeFact(toComparison(files), []).areFilesCut).toBe(true);
  });
});

describe('a check', () => {
  const check = { id: 1, name: 'x'.repeat(201), status: 'completed', conclusion: 'success', html_url: null };

  it('has a name of at most 200 characters and no address that is longer than any', () => {
    const url = `https://ci.example.com/${'x'.repeat(2_000)}`;
    expect(toCheckFacts([{ ...check, html_url: url }])).toEqual([
      { name: 'x'.repeat(200), conclusion: 'success', url: null, runId: null },
    ]);
    const context = 'x'.repeat(201);
    const status = { id: 1, context, state: 'failure', target_url: url, updated_at: '2026-11-01T20:45:00Z' };
    const other = { ...status, id: 2, context: `${context}y`, state: 'success', target_url: 'https://ci.eu' };
    // Two long names may look the same; neither hides the other.
    expect(toStatusFacts([status, other])).toEqual([
      { name: 'x'.repeat(200), conclusion: 'failure', url: null, runId: null },
      { name: 'x'.repeat(200), conclusion: 'success', url: 'https://ci.eu', runId: null },
    ]);
  });
});

describe('a check', () => {
  const page = 'https://github.com/a/b/actions/runs/77/job/5';
  it.each<[string, string | null | undefined, string | null, number | null]>([
    ['a job of a run', page, null, 77],
    ['a run', 'https://github.com/a/b/actions/runs/77', null, 77],
    ['a job that only its page tells', undefined, page, 77],
    ['of another system', 'https://ci.example.com/builds/77', page, null],
    ['a page of its own', 'https://github.com/a/b/runs/77', null, null],
    ['nothing', null, null, null],
  ])('knows its run: %s', (_what, details_url, html_url, runId) => {
    const check = { id: 1, name: 'x', status: 'completed', conclusion: 'success', html_url, details_url };
    expect(toCheckFacts([check])).toMatchObject([{ runId }]);
  });
});

describe('commit statuses', () => {
  const status = { id: 1, context: 'ci', target_url: null, updated_at: '2026-11-01T20:45:00Z' };

  it.each([
    ['pending', null],
    ['success', 'success'],
    ['failure', 'failure'],
    ['error', 'failure'],
    ['odd', 'odd'],
  ])('%s is a check that ended with %j', (state, conclusion) => {
    expect(toStatusFacts([{ ...status, state }])).toEqual([
      { name: 'ci', conclusion, url: null, runId: null },
    ]);
  });

  it('count once for each context, with the newest, whatever the order', () => {
    const green = { ...status, state: 'success' };
    const red = { ...status, id: 2, state: 'error' };
    const other = { ...green, id: 3, context: 'lint' };
    const later = { ...green, id: 1, updated_at: '2026-11-01T20:45:01Z' };
    const toWords = (list: Parameters<typeof toStatusFacts>[0]) =>
      toStatusFacts(list).map(({ name, conclusion }) => `${name} ${conclusion}`);
    expect(toWords([green, red, other])).toEqual(['ci failure', 'lint success']);
    expect(toWords([red, green])).toEqual(['ci failure']);
    expect(toWords([red, later])).toEqual(['ci success']);
    expect(toWords([later, red])).toEqual(['ci success']);
  });
});
