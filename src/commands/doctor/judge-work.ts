/** What the house's own figures mean: database, queue, workers, audit, killswitch, sign-ins, schedules, admins. Pure. */
import { cutText, escapeLine } from '../../blocks/escape.ts';
import { renderStoredPerson } from '../../blocks/person.ts';
import { sayAge, sayDuration } from '../../blocks/time.ts';
import { type Finding, find, pass, sayNames, sayNumber } from './findings.ts';
import type { StoreFacts, WorkFacts } from './powers.ts';

const slowMs = 500;
/** Leases are judged by the database's clock, what is due by ours. */
const clockWarnMs = 2_000;
const clockFailMs = 30_000;
const fewConnections = 10;

export const judgeStore = ({ ping, migrations, connections }: StoreFacts): readonly Finding[] => [
  judgeDatabase(ping.tookMs, migrations),
  judgeDatabaseClock(ping.clockOffMs),
  judgeConnections(connections),
];

const judgeDatabase = (tookMs: number, migrations: StoreFacts['migrations']): Finding => {
  if (migrations !== 'head')
    return find(
      'Database',
      'fail',
      `Its tables are behind: ${sayNames(migrations)} did not run.`,
      'Restart the desk with this version; it brings the tables up to date when it starts.',
    );
  const say = `It answers within ${tookMs} ms, and its tables are up to date.`;
  return tookMs < slowMs
    ? pass('Database', say)
    : find('Database', 'warn', say, 'Look at its load and at the network between it and the desk.');
};

const judgeDatabaseClock = (offMs: number): Finding => {
  const off = Math.abs(offMs);
  const say = `Its clock and the desk’s differ by ${(off / 1_000).toFixed(1)} s.`;
  if (off < clockWarnMs) return pass('Database clock', say);
  return find(
    'Database clock',
    off < clockFailMs ? 'warn' : 'fail',
    say,
    'Set both machines’ clocks by NTP: what is due is judged by one, who works on it by the other.',
  );
};

const judgeConnections = ({ used, most, perDesk }: StoreFacts['connections']): Finding => {
  const free = most - used;
  const say = `${used} of ${most} connections are in use.`;
  if (free >= fewConnections) return pass('Database connections', say);
  return find(
    'Database connections',
    free > 0 ? 'warn' : 'fail',
    say,
    `Raise \`max_connections\`, or start fewer desks on this database: each takes up to ${perDesk}.`,
  );
};

const waitWarnMs = 60_000;
const waitFailMs = 10 * 60_000;

export const judgeWork = (facts: WorkFacts, now: Date): readonly Finding[] => [
  judgeQueue(facts),
  judgeBacklog(facts, now),
  judgeAudit(facts, now),
  ...judgeKillswitch(facts, now),
  ...judgeSignIns(facts, now),
  judgeSchedules(facts, now),
  judgeAdmins(facts),
];

const judgeQueue = ({ queue }: WorkFacts): Finding => {
  const where = queue.backend === 'redis' ? 'Redis' : 'PostgreSQL';
  return queue.reachable
    ? pass('Queue', `It is on ${where} and answers.`)
    : find(
        'Queue',
        'fail',
        `The queue on ${where} does not answer. Nothing is lost, but everything starts up to half a second later.`,
        queue.backend === 'redis'
          ? 'Start Redis, or set `REDIS_URL` to where it is and restart the desk.'
          : 'Look at the database’s connections.',
      );
};

const grade = (ageMs: number): 'pass' | 'warn' | 'fail' =>
  ageMs < waitWarnMs ? 'pass' : ageMs < waitFailMs ? 'warn' : 'fail';

/** A worker looked at this very operation, so one is alive; whether they keep up is what is due and in nobody's hands. */
const judgeBacklog = ({ open, waiting, oldestDueAt, workers }: WorkFacts, now: Date): Finding => {
  const ageMs = oldestDueAt === null ? 0 : now.getTime() - oldestDueAt.getTime();
  const say = `${sayNumber(workers, 'worker')} at work now, ${sayNumber(open, 'operation')} open, ${waiting === 0 ? 'none waits' : `${waiting} waiting, the oldest for ${sayDuration(ageMs)}`}.`;
  const state = grade(ageMs);
  return find(
    'Workers',
    state,
    say,
    state === 'pass' ? null : 'Start more workers (`ACUOPS_ROLES=worker npm start`), and look at their log.',
  );
};

const judgeAudit = ({ unsealed, oldestUnsealedAt }: WorkFacts, now: Date): Finding => {
  const ageMs = oldestUnsealedAt === null ? 0 : now.getTime() - oldestUnsealedAt.getTime();
  const state = grade(ageMs);
  if (state === 'pass')
    return pass('Audit', `Sealed up to ${sayNumber(unsealed, 'row')} of the last minute.`);
  return find(
    'Audit',
    state,
    `${sayNumber(unsealed, 'row')} are not sealed, the oldest for ${sayDuration(ageMs)}.`,
    'The workers seal: look at their log for the sealer, and restart them.',
  );
};

const judgeKillswitch = ({ killswitches }: WorkFacts, now: Date): readonly Finding[] => {
  const name = 'Killswitch';
  if (!killswitches.some(({ targetKey }) => targetKey === '*'))
    return [
      find(
        name,
        'fail',
        'It cannot be read, so it counts as on: nothing is changed anywhere.',
        '`/acuops killswitch off --reason "…"` sets it.',
      ),
    ];
  const on = killswitches.filter(({ state }) => state === 'on');
  if (on.length === 0) return [pass(name, 'It is off.')];
  return on.map(({ targetKey, by, reason, at }) =>
    find(
      name,
      'warn',
      `It is on for ${targetKey === '*' ? 'everything' : `*${escapeLine(targetKey)}*`}, by ${renderStoredPerson(by)} ${sayAge(at, now)}: ${cutText(escapeLine(reason), 300)}`,
      `When the reason is gone: \`/acuops killswitch off${targetKey === '*' ? '' : ` --target ${escapeLine(targetKey)}`} --reason "…"\`.`,
    ),
  );
};

const judgeSignIns = ({ held, sessions }: WorkFacts, now: Date): readonly Finding[] => [
  held.length === 0
    ? pass('Sign-ins', 'No credential is held after a refusal.')
    : find(
        'Sign-ins',
        'warn',
        `Refused, and not tried again so that no account is locked: ${sayNames(held.map(escapeLine))}.`,
        'Put the right password where the registry’s reference points; if it is right already, `/acuops retry-sign-in &lt;client&gt;`.',
        held,
      ),
  sessions.length === 0
    ? pass('Sessions', 'No session at an instance is in doubt.')
    : find(
        'Sessions',
        'warn',
        `A session may still be open at ${sayNames(sessions.map(({ url, since }) => `${escapeLine(url)} (since ${sayAge(since, now)})`))}; nobody signs in there until it is over.`,
        'Nothing to do: it is over 20 minutes after it began.',
        sessions.map(({ url }) => url),
      ),
];

const lateAfterMs = 10 * 60_000;

const judgeSchedules = ({ schedules }: WorkFacts, now: Date): Finding => {
  const late = schedules.filter(({ nextDueAt }) => now.getTime() - nextDueAt.getTime() > lateAfterMs);
  if (late.length === 0)
    return pass(
      'Schedules',
      schedules.length === 0
        ? 'Nothing is scheduled.'
        : schedules
            .map(
              ({ key, lastRunAt }) =>
                `${key} ${lastRunAt === null ? 'has not been due yet' : `ran ${sayAge(lastRunAt, now)}`}`,
            )
            .join(', '),
    );
  return find(
    'Schedules',
    'fail',
    `Overdue: ${sayNames(late.map(({ key, nextDueAt }) => `${key} since ${sayDuration(now.getTime() - nextDueAt.getTime())}`))}.`,
    'The workers ask for them: look at their log for the schedule loop, and restart them.',
    late.map(({ key }) => key),
  );
};

const judgeAdmins = ({ admins }: WorkFacts): Finding =>
  admins > 0
    ? pass('Admins', `${sayNumber(admins, 'entry', 'entries')} make somebody an admin.`)
    : find(
        'Admins',
        'fail',
        'Nobody is an admin, so nobody can change the registry, roles or the killswitch.',
        'Set `ACUOPS_ADMINS` to team and user, for instance `T0123ABCD:U0123ABCD`, and restart the desk.',
      );
