/** What doctor says wherever GitHub cannot be asked just now. */
import { sayDuration } from '../../blocks/time.ts';

export const again =
  'Ask again in a minute; if it stays, look at the network and at https://www.githubstatus.com.';
export const againLater =
  'Wait that long and ask again. Nothing is broken: the desk may ask GitHub for no more just now.';

const minuteMs = 60_000;

/** In whole minutes, and never too short: whoever comes then finds the limit over. */
export const sayWait = (until: Date, now: Date): string =>
  sayDuration(Math.max(1, Math.ceil((until.getTime() - now.getTime()) / minuteMs)) * minuteMs);
