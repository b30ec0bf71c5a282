/** Which names are time zones. The runtime's own table decides; offsets such as `+02:00` are not zones, since they know no summer. */

export const timeZoneAllowed =
  'a time zone of the IANA list, for instance America/Chicago, Europe/Berlin or UTC';

/** Asking the runtime costs a millisecond. Only real zones are remembered, so this cannot grow. */
const remembered = new Set<string>();

export const isTimeZone = (name: string): boolean => {
  if (remembered.has(name)) return true;
  if (!isListed(name)) return false;
  remembered.add(name);
  return true;
};

const isListed = (name: string): boolean => {
  if (!/^[A-Z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // The table ignores case, PostgreSQL and people do not always: one spelling only.
    return timeZone.toLowerCase() !== name.toLowerCase() || timeZone === name;
  } catch {
    return false;
  }
};

/** For "did you mean". */
export const knownTimeZones = (): readonly string[] => [...Intl.supportedValuesOf('timeZone'), 'UTC'];
