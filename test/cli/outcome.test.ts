/** The sentences for a desk that could not be asked: each ends with something that helps, typed as it stands. */
import { expect, it } from 'vitest';
import { explainUnreachable } from '../../src/cli/outcome.ts';

const folder = { kind: 'socket', path: '/desk.sock' } as const;
const elsewhere = { kind: 'url', url: new URL('https://desk.example'), token: 't' } as const;

it.each([
  [folder, 'EACCES', 3, 'in Slack, `/acuops token create laptop` gives you one'],
  [folder, 'ENOENT', 4, 'Start one with `npm start`'],
  [elsewhere, 'ENOTFOUND', 4, 'desk.example of ACUOPS_URL is not known'],
  [elsewhere, 'ECONNREFUSED', 4, 'Check that it runs'],
] as const)('%j %s exits %i', (address, code, exit, said) => {
  expect(explainUnreachable(address, code)).toMatchObject({
    exit,
    say: expect.stringContaining(said) as string,
  });
});
