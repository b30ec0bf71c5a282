/** A registry as a person writes it, and what the parser says of variations of it. Used by the tests of this folder. */
import { expect } from 'vitest';
import { type ParsedRegistry, parseRegistry } from '../../../src/policy/registry/parse-registry.ts';

export const lines = [
  'version: 1',
  'clients:',
  '  - id: heritage',
  '    name: Heritage Fabrics',
  '    repo: acuops-demo/acuops-heritage',
  '    tier: premium',
  '    timezone: America/Chicago',
  '    slack: { team: T0123, channel: C0123 }',
  '    environments:',
  '      - name: production',
  '        url: https://heritage.example.com/erp',
  '        tenant: Heritage',
  '        credentials: { username: env:ACU_USER, password: env:ACU_PASSWORD }',
];
export const good = lines.join('\n');

export const say = (parsed: ParsedRegistry): readonly string[] =>
  parsed.kind === 'faulty' ? parsed.faults.map((fault) => fault.say) : [];

/** The good file with one piece of text changed. */
export const faultsOf = (from: string, to: string) => {
  expect(good).toContain(from);
  const parsed = parseRegistry(good.replace(from, to));
  return parsed.kind === 'faulty' ? parsed.faults : [];
};
