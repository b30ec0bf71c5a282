/** Ids: UUIDv7 for rows, six Crockford characters for what people read to each other. */
import { randomBytes, randomInt } from 'node:crypto';

/** Twelve bits after the milliseconds. */
const lastCount = 0xfff;

let newest = { ms: 0, count: 0 };

/** Goes on counting where the clock stands still or was set back: rows of one process sort by their making all the same. */
const countOn = (nowMs: number): typeof newest => {
  if (nowMs > newest.ms) newest = { ms: nowMs, count: 0 };
  else if (newest.count < lastCount) newest = { ms: newest.ms, count: newest.count + 1 };
  else newest = { ms: newest.ms + 1, count: 0 };
  return newest;
};

/** RFC 9562 version 7: milliseconds first, then a count (its section 6.2), so that rows sort by their making; with `atMs` any id of that moment. */
export const createId = (atMs?: number): string => {
  const { ms, count } =
    atMs === undefined ? countOn(Date.now()) : { ms: atMs, count: randomInt(lastCount + 1) };
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** No I, L, O, U: nobody mishears or misreads them. */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Not unique by itself: the store keeps it unique and asks again on a clash. */
export const createSpokenId = (): string =>
  Array.from({ length: 6 }, () => crockford[randomInt(32)]).join('');
