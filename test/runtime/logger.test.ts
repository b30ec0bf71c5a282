import { expect, it } from 'vitest';
import { AcuopsError } from '../../src/errors.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createKeptLog } from '../support/quiet-log.ts';

const parse = (line: string | undefined): Record<string, unknown> =>
  JSON.parse(line ?? '') as Record<string, unknown>;

it('writes one JSON object per line, with level, time and the fields of its parents', () => {
  const { log, lines } = createKeptLog();
  log.child({ room: 'http' }).child({ request: 7 }).warn('slow', { ms: 12 });
  expect(lines).toHaveLength(1);
  expect(parse(lines[0])).toMatchObject({ level: 'warn', room: 'http', request: 7, ms: 12, msg: 'slow' });
  expect(new Date(String(parse(lines[0])['time'])).getTime()).toBeGreaterThan(0);
});

it('lets no secret through: not in text, fields, child fields, errors, causes, or broken over escapes', () => {
  const secret = 'sesame "open"\nline two of it';
  const { log, lines } = createKeptLog([secret, 'hunter2hunter2']);
  const cause = new Error(`refused ${secret}`);
  log
    .child({ about: 'hunter2hunter2' })
    .error(`with ${secret}`, { error: new Error('hunter2hunter2', { cause }), deep: { list: [secret] } });
  const written = lines.join('');
  expect(written).not.toContain('hunter2hunter2');
  expect(written).not.toContain('sesame');
  expect(written).not.toContain('line two');
});

it('cannot be made to fake a line, in JSON or in what a reader prints of it', () => {
  const { log, lines } = createKeptLog();
  const forged = 'x\r\n{"level":"info","msg":"all is well"}\u2028\u001b[2J';
  log.info(forged, { name: forged, [forged]: 1, error: new Error(forged) });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/u);
  const strings = (value: unknown): readonly string[] => {
    if (typeof value === 'string') return [value];
    return value && typeof value === 'object' ? Object.entries(value).flat().flatMap(strings) : [];
  };
  const found = strings(parse(lines[0]));
  expect(found.length).toBeGreaterThan(10);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(found.filter((text) => /[\r\n\u2028\u001b]/u.test(text))).toEqual([]);
});

it('gives a line up rather than showing it where the redactor fails', () => {
  const lines: string[] = [];
  const fail = (): never => {
    throw new TypeError('broken on hunter2hunter2');
  };
  const log = createLogger({
    level: 'info',
    redactor: { text: fail, value: fail },
    stream: { write: (line) => lines.push(line) },
  });
  log.info('hunter2hunter2');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('hunter2');
  expect(parse(lines[0])).toMatchObject({ level: 'error', kind: 'TypeError' });
});

it('writes of an error what helps, not what a library hung on it', () => {
  const { log, lines } = createKeptLog();
  const error = Object.assign(new Error('bad'), {
    code: 'ECONNRESET',
    request: { headers: { cookie: 'c' } },
  });
  log.error('no', { error });
  const told = new AcuopsError({ code: 'github', message: 'm', say: 's', retryable: true, cause: error });
  log.error('no', { error: told });
  expect(parse(lines[0])['error']).toMatchObject({ type: 'Error', code: 'ECONNRESET', message: 'bad' });
  expect(lines[0]).not.toContain('cookie');
  expect(parse(lines[1])['error']).toMatchObject({
    code: 'github',
    retryable: true,
    cause: { message: 'bad' },
  });
});

it('keeps silent below its level', () => {
  const lines: string[] = [];
  const redactor = { text: (text: string) => text, value: (value: unknown) => value };
  const log = createLogger({ level: 'warn', redactor, stream: { write: (line) => lines.push(line) } });
  log.info('no');
  log.warn('yes');
  expect(lines.map((line) => parse(line)['msg'])).toEqual(['yes']);
});
