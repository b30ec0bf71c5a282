/** Ids: UUIDv7 for rows, six Crockford characters for what people read to each other. */
import { randomBytes, randomInt } from 'node:crypto';

/** RFC 9562 version 7: milliseconds first, so that rows sort by their making. */
export const createId = (nowMs = Date.now()): string => {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** No I, L, O, U: nobody mishears or misreads them. */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Not unique by itself: the store keeps it unique and asks again on a clash. */
export const createSpokenId = (): string =>
  Array.from({ length: 6 }, () => crockford[randomInt(32)]).join('');
