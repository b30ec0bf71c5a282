/** The pages for people must name what the code knows; words around it are theirs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deskVariables } from '../../src/config/variables.ts';
import { applyRegistryDiff } from '../../src/policy/registry/apply-diff.ts';
import { diffRegistry } from '../../src/policy/registry/diff-registry.ts';
import { parseRegistry } from '../../src/policy/registry/parse-registry.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('every variable has its one row, with its default', () => {
  const rows = read('configuration.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const inPage = rows.map((cells) => ({
    name: cells[1]?.replaceAll('`', ''),
    secret: cells[2] === 'secret',
    standard: /^`(.*)`$/.exec(cells[3] ?? '')?.[1] ?? null,
  }));
  expect(inPage).toEqual(deskVariables.map(({ name, secret, standard }) => ({ name, secret, standard })));
});

const examples = [...read('registry.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const parsed = examples.map((example) => parseRegistry(example));

test('every whole example of the registry can be imported', () => {
  expect(parsed.map(({ kind }) => kind)).toEqual(['parsed', 'parsed', 'parsed']);
});

test('the example of a conflict is one', () => {
  const [whole, base, file] = parsed.map((result) => (result.kind === 'parsed' ? result.document : null));
  if (!whole || !base || !file) throw new Error('an example is missing');
  const [client] = base.clients;
  if (!client) throw new Error('the example has no client');
  const record = {
    ...base,
    clients: [{ ...client, tier: 'self-service' as const, timezone: 'America/Denver' }],
  };
  const diff = diffRegistry({ base, file, record });
  expect(diff.conflicts.map(({ id, path }) => `${id}.${path}`)).toEqual(['summit.tier']);
  expect(diff.edits.flatMap(({ fields }) => fields.map(({ path }) => path))).toEqual(['name']);
  expect(applyRegistryDiff(record, diff)).toBe(record);
});
