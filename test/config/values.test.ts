import { describe, expect, test } from 'vitest';
import { showValue } from '../../src/config/show-value.ts';
import { isTimeZone } from '../../src/config/time-zone.ts';
import { parseWebAddress } from '../../src/config/web-address.ts';

describe('a refused value as it is shown', () => {
  test.each([
    ['gold', '"gold"'],
    ['', 'empty'],
    [null, 'empty'],
    [12, '12'],
    [false, 'false'],
    [['a'], 'a list'],
    [{ a: 'Sup3rSecret' }, 'a group of fields'],
    ['a\nb\u202Ec\u0000', '"a\\u000Ab\\u202Ec\\u0000"'],
    ['word '.repeat(20).trim(), `"${'word '.repeat(12)}…"`],
    ['acuops-demo/acuops-heritage', '"acuops-demo/acuops-heritage"'],
    ['https://heritage.example.com/erp', '"https://heritage.example.com/erp"'],
  ])('%j → %s', (value, shown) => expect(showValue(value)).toBe(shown));
  test.each([
    `ghs_${'aB3_'.repeat(40)}.${'xY9-'.repeat(80)}`,
    'xoxb-1234567890-abcdefghijkl',
    'https://user:pw@example.com',
    '-----BEGIN PRIVATE KEY----- abc',
    '0123456789abcdef0123456789abcdef',
    'Zk83hdPqLm02',
    'a'.repeat(45),
  ])('%s is hidden', (secret) => expect(showValue(secret)).toBe('(hidden)'));
});

test.each([
  ['UTC', true],
  ['Asia/Kolkata', true],
  ['America/Argentina/Buenos_Aires', true],
  ['America/Indiana/Knox', true],
  ['Etc/GMT+5', true],
  ['utc', false],
  ['america/chicago', false],
  ['America/chicago', false],
  ['+02:00', false],
  ['Mars/Base', false],
  ['', false],
  ['A'.repeat(5000), false],
])('the time zone %s: %s', (name, isOne) => {
  expect(isTimeZone(name)).toBe(isOne);
  expect(isTimeZone(name)).toBe(isOne);
});

test.each([
  ['https://Heritage.Example.com:443/ERP/', 'https://heritage.example.com/ERP'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://[::1]:80/a//', 'http://[::1]/a'],
  ['https://h/a?b', null],
  ['https://h/a?', null],
  ['https://h/#', null],
  ['https://u@h/', null],
  ['https:h', null],
  ['https:///h', null],
  ['https://h\\x', null],
  ['https://h h', null],
  ['ftp://h', null],
  ['javascript:alert(1)', null],
  [`https://h/${'a'.repeat(500)}`, null],
])('the web address %s → %s', (text, address) => {
  expect(parseWebAddress(text)).toBe(address);
  expect(address === null ? null : parseWebAddress(address)).toBe(address);
});
