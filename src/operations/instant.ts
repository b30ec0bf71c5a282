/** A moment as it is stored (ISO text) and as it is handled (Date). */
import { z } from 'zod';

export const Instant = z.codec(z.iso.datetime(), z.date(), {
  decode: (iso) => new Date(iso),
  encode: (at) => at.toISOString(),
});
