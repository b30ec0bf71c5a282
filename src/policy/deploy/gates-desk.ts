/** Gates that neither the version nor the instance decides: the client's business hours, and our own killswitch. */
import { decideBusinessHours } from './business-hours.ts';
import type { ProjectSettings } from './facts.ts';
import { type Finding, findByFacts, findUnknown, type Judge, toSeen } from './gates-facts.ts';

const sayHour = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const findHours = (now: Date, zone: string, hours: ProjectSettings['businessHours']): Finding => {
  try {
    if (!decideBusinessHours(now, zone, hours).isInside)
      return { verdict: 'pass', cause: 'outside-hours', say: 'outside business hours' };
  } catch {
    return {
      verdict: 'unknown',
      cause: 'hours-unclear',
      say: `business hours ${hours.start} to ${hours.end} in ${zone} make no sense`,
      next: "correct the client's time zone or business_hours in acuops.yaml",
    };
  }
  const say = `business hours at the client until ${sayHour(hours.end)} (${zone})`;
  return {
    verdict: 'warn',
    cause: 'business-hours',
    say,
    next: 'deploy after that, or agree it with the client',
  };
};

export const judgeHours: Judge = ({ environment, client, settings, now }) => {
  if (environment === 'staging')
    return { verdict: 'pass', cause: 'is-staging', say: 'staging has no business hours' };
  return findByFacts(now, { settings }, (known) => findHours(now, client.zone, known.settings.businessHours));
};

/** One that cannot be read counts as on. */
export const judgeKillswitch: Judge = ({ killswitch, now }) => {
  if (killswitch.kind === 'unknown') {
    const found = findUnknown(killswitch, now);
    return { ...found, say: `killswitch not readable, counts as on (${found.say})` };
  }
  const seen = toSeen(killswitch);
  if (!killswitch.value) return { verdict: 'pass', cause: 'off', say: 'killswitch is off', seen };
  const next = 'wait until it is off again; who switched it on says why';
  return { verdict: 'fail', cause: 'killswitch-on', say: 'killswitch is on', next, seen };
};
