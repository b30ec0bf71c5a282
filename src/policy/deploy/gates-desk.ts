/** Gates that neither the version nor the instance decides: the client's business hours, and our own killswitch. */
import { findBusinessHoursEnd } from './business-hours.ts';
import type { ProjectSettings } from './facts.ts';
import { type Finding, findByFacts, findUnknown, type Judge, toSeen } from './gates-facts.ts';

const findHours = (now: Date, zone: string, hours: ProjectSettings['businessHours']): Finding => {
  try {
    const end = findBusinessHoursEnd(now, zone, hours);
    return end === null
      ? { verdict: 'pass', cause: 'outside-hours', say: 'outside business hours' }
      : {
          verdict: 'warn',
          cause: 'business-hours',
          say: 'business hours at the client',
          moment: { word: 'until', at: end },
          next: 'deploy after that, or agree it with the client',
        };
  } catch {
    return {
      verdict: 'unknown',
      cause: 'hours-unclear',
      say: `business hours ${hours.start} to ${hours.end} in ${zone} make no sense`,
      next: "correct the client's time zone or business_hours in acuops.yaml",
    };
  }
};

export const judgeHours: Judge = (all) => {
  const { environment, client, settings, now } = all;
  if (environment === 'staging')
    return { verdict: 'pass', cause: 'is-staging', say: 'staging has no business hours' };
  return findByFacts(all, { settings }, (known) => findHours(now, client.zone, known.settings.businessHours));
};

const show = 'an admin: /acuops killswitch show';

/** One that cannot be read counts as on. */
export const judgeKillswitch: Judge = ({ killswitch, now }) => {
  if (killswitch.kind === 'unknown') {
    const found = findUnknown(killswitch, now, show);
    return { ...found, say: `killswitch not readable, counts as on (${found.say})` };
  }
  const seen = toSeen(killswitch);
  if (killswitch.value === null) return { verdict: 'pass', cause: 'off', say: 'killswitch is off', seen };
  return { verdict: 'fail', cause: 'killswitch-on', say: killswitch.value, next: show, seen };
};
