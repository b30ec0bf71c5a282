import { expect, it } from 'vitest';
import { judgeStore } from '../../../src/commands/doctor/judge-work.ts';

it('says how many connections another desk would take, as it is told', () => {
  const findings = judgeStore({
    ping: { tookMs: 3, clockOffMs: 0 },
    migrations: 'head',
    connections: { used: 92, most: 97, perDesk: 14 },
  });
  expect(findings.find(({ name }) => name === 'Database connections')).toMatchObject({
    state: 'warn',
    say: '92 of 97 connections are in use.',
    mend: expect.stringContaining('each takes up to 14.'),
  });
});
