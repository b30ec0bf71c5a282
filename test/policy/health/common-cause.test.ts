import { expect, it } from 'vitest';
import { judgeClient } from '../../../src/policy/health/client-health.ts';
import { decideCommonCause } from '../../../src/policy/health/common-cause.ts';
import type { ClientHealth, ControlAnswer } from '../../../src/policy/health/facts.ts';
import { asked, now, production, sampleClient, samplePipeline, signedIn } from './sample-facts.ts';

type Kind = 'down' | 'up' | 'held';
const apis = {
  down: asked({ kind: 'timeout', afterMs: 10_000 }),
  up: signedIn,
  held: { kind: 'credential-held', refusedAt: now, at: now },
} as const;

const fleet = (
  kinds: readonly Kind[],
  host: (index: number) => string = (index) => `h${index}.example.com`,
): ClientHealth[] =>
  kinds.map((kind, index) =>
    judgeClient({
      client: sampleClient({ key: `c${index}` }),
      pipeline: samplePipeline(),
      apis: [production(apis[kind], host(index))],
      previous: [],
      now,
    }),
  );

const of = (count: number, kind: Kind): Kind[] => Array.from({ length: count }, () => kind);

it.each<[number, number, boolean]>([
  [0, 8, false],
  [1, 0, false],
  [1, 1, false],
  [2, 2, true],
  [2, 3, false],
  [2, 0, true],
  [3, 97, true],
])('%i down and %i up: common is %s', (down, up, isCommon) => {
  expect(decideCommonCause(fleet([...of(down, 'down'), ...of(up, 'up')]), 'reachable') !== null).toBe(
    isCommon,
  );
});

it('clients that were not probed are not half of anything', () => {
  expect(
    decideCommonCause(fleet([...of(2, 'down'), ...of(2, 'up'), ...of(10, 'held')]), 'reachable'),
  ).toMatchObject({ failing: 2, probed: 4 });
});

it('a refused sign-in is no failed connection', () => {
  expect(decideCommonCause(fleet(of(5, 'held')), 'reachable')).toBeNull();
});

it.each<[string, ControlAnswer, boolean, Kind[], string]>([
  ['the control host is gone too', 'unreachable', false, of(4, 'down'), 'network'],
  ['the control host is gone, one host only', 'unreachable', true, of(4, 'down'), 'network'],
  ['one host only', 'reachable', true, [...of(3, 'down'), 'up'], 'host'],
  ['many hosts', 'reachable', false, of(4, 'down'), 'acumatica'],
  ['nobody else was asked', 'not-asked', false, of(4, 'down'), 'unclear'],
  ['no control host, but others answer', 'not-asked', false, [...of(3, 'down'), 'up'], 'acumatica'],
])('%s: %s', (_what, control, shared, kinds, kind) => {
  const clients = fleet(kinds, (index) => (shared ? 'ERP.example.com' : `h${index}.example.com`));
  expect(decideCommonCause(clients, control)).toMatchObject({
    kind,
    host: kind === 'host' ? 'erp.example.com' : null,
  });
});
