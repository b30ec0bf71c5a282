import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/policy/deploy/parse-manifest.ts';

describe('the manifest of an instance', () => {
  it('gives the names of its projects, whatever it says of them', () => {
    const text = JSON.stringify({
      instance: 'heritage',
      projects: { HeritageCore: { category: 'managed' }, Velixo: { category: 'isv' }, ' Old ': null },
    });
    expect(parseManifest(text)).toEqual({ kind: 'parsed', projects: ['HeritageCore', 'Velixo', 'Old'] });
  });

  it('is null where there is no file, and empty where it names none', () => {
    expect(parseManifest(null)).toEqual({ kind: 'parsed', projects: null });
    expect(parseManifest('\uFEFF{"projects":{}}')).toEqual({ kind: 'parsed', projects: [] });
  });

  it('takes a name for a name, not for a place in a prototype', () => {
    expect(parseManifest('{"projects":{"__proto__":{},"constructor":{}}}')).toEqual({
      kind: 'parsed',
      projects: ['__proto__', 'constructor'],
    });
    expect(parseManifest('{"__proto__":{"projects":{"A":{}}}}')).toMatchObject({ kind: 'faulty' });
  });

  it.each([
    ['', ' is not JSON'],
    ['{"projects": s3cret}', ' is not JSON'],
    ['[]', ' must be a group of fields'],
    ['null', ' must be a group of fields'],
    ['{}', ': projects must be a group of fields, one for each project'],
    ['{"projects":["A"]}', ': projects must be a group of fields, one for each project'],
    ['{"projects":{" ":{}}}', ': projects has a name that is empty, too long or not plain text'],
    ['{"projects":{"a\\u0000b":{}}}', ': projects has a name that is empty, too long or not plain text'],
  ])('%s is refused', (text, sentence) => {
    expect(parseManifest(text)).toEqual({ kind: 'faulty', say: `instance-manifest.json${sentence}` });
  });

  it('is refused where it is too large', () => {
    expect(parseManifest(`{"projects":{}}${' '.repeat(1024 * 1024)}`)).toEqual({
      kind: 'faulty',
      say: 'instance-manifest.json is larger than 1 MB',
    });
  });

  it('is names or a sentence for any text, never a throw', () => {
    const written = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.jsonValue().map((projects) => JSON.stringify({ projects })),
      fc.nat({ max: 100_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
    );
    fc.assert(
      fc.property(written, (text) => {
        const parsed = parseManifest(text);
        expect(parsed.kind === 'parsed' ? Array.isArray(parsed.projects) : parsed.say.length > 0).toBe(true);
      }),
    );
  });
});
