import { expect, it } from 'vitest';
import { readConfig } from '../../src/config/read-config.ts';
import { createSecretValues } from '../../src/config/secret-values.ts';

it('tells what is configured and what was met since, each once, and another list only where there is more', () => {
  const read = readConfig({
    env: { SLACK_BOT_TOKEN: 'xoxb-bot-secret', SLACK_APP_TOKEN: 'xapp-app-secret' },
  });
  if (read.kind === 'faulty') throw new Error('not configured');
  const values = createSecretValues(read.secrets);
  const first = values.read();
  expect(first).toEqual(['xoxb-bot-secret', 'xapp-app-secret']);
  values.remember('xoxb-bot-secret');
  expect(values.read()).toBe(first);
  values.remember('of-heritage');
  values.remember('of-bayline');
  const second = values.read();
  expect(second).toEqual([...first, 'of-heritage', 'of-bayline']);
  values.remember('of-heritage');
  expect(values.read()).toBe(second);
});
