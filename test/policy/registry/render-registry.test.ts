import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRegistry } from '../../../src/policy/registry/parse-registry.ts';
import { toCanonicalDocument } from '../../../src/policy/registry/registry-document.ts';
import { renderRegistry } from '../../../src/policy/registry/render-registry.ts';
import { arbitraryRegistry, heritage, toDocument } from './arbitrary-registry.ts';

test('a document read back from its own text is the same document', () => {
  fc.assert(
    fc.property(arbitraryRegistry, (document) => {
      const parsed = parseRegistry(renderRegistry(document));
      expect(parsed).toMatchObject({ kind: 'parsed', document: toCanonicalDocument(document) });
    }),
    { numRuns: 100 },
  );
});

test('the text does not depend on the order of clients', () => {
  fc.assert(
    fc.property(arbitraryRegistry, (document) => {
      const turned = { ...document, clients: document.clients.toReversed() };
      expect(renderRegistry(turned)).toBe(renderRegistry(document));
    }),
    { numRuns: 30 },
  );
});

test('reads as a person would write it, with defaults left out', () => {
  const body = renderRegistry(toDocument(heritage))
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  expect(body).toBe(`
version: 1
clients:
  - id: heritage
    name: Heritage Fabrics
    repo: acuops-demo/acuops-heritage
    tier: premium
    timezone: America/Chicago
    status: active
    reference: true
    slack: { team: T0123, channel: C0123 }
    contacts:
      - { team: T0123, user: U0123 }
    environments:
      - name: production
        url: https://heritage.example.com/erp
        tenant: Heritage
        credentials: { username: env:ACU_HERITAGE_USER, password: env:ACU_HERITAGE_PASSWORD }
        branch: main
`);
});

test('an empty registry has a text too', () => {
  expect(parseRegistry(renderRegistry(toDocument()))).toMatchObject({
    kind: 'parsed',
    document: { clients: [] },
  });
});

test('words that older YAML readers take for yes, no or a number are quoted', () => {
  const names = ['No', 'on', '1_000', '12:30:45'];
  const texts = names.map((name) => renderRegistry(toDocument({ ...heritage, name })));
  for (const [at, name] of names.entries()) expect(texts[at]).toContain(`name: "${name}"`);
});
