import { expect, it } from 'vitest';
import { parseSettings } from '../../../src/policy/deploy/parse-settings.ts';
import { parseWorkflowFile } from '../../../src/policy/deploy/workflow-file.ts';

it('fields that a merge key brings are read, and the own ones win', () => {
  const text = [
    'defaults: &usual { co_publish: [Payments], known_projects: [Old] }',
    'publish:',
    '  <<: *usual',
    '  known_projects: [New]',
  ].join('\n');
  expect(parseSettings(text)).toMatchObject({ settings: { coPublish: ['Payments'], known: ['New'] } });
});

it('a merge key brings no end of fields', () => {
  const lines = Array.from(
    { length: 30 },
    (_, at) => `b${at}: &b${at} { <<: [${`*b${at - 1}, `.repeat(9)}] }`,
  );
  const text = ['b0: &b0 { x: 1 }', ...lines.slice(1)].join('\n');
  expect(parseWorkflowFile(text, 'b'.repeat(40)).kind).toBe('faulty');
});
