/** Gives the people of the pretend Slack their roles, through the desk's own door and audited like anybody's wish. The admin comes from the configuration, the client's contact from the registry, and the outsider gets nothing. */
import { run } from '../src/cli/run.ts';
import { approversId, personIds, teamId } from './world.ts';

const grants: readonly (readonly [who: string, role: string])[] = [
  [`${teamId}:${personIds.onCall}`, 'operator'],
  [`${teamId}:${approversId}`, 'approver'],
];

/** Granted twice is granted once. @throws Error with what the desk said when it refuses */
export const seedRoles = async (dataDir: string): Promise<void> => {
  for (const [who, role] of grants) {
    const said: string[] = [];
    const keep = { write: (text: string) => said.push(text) };
    const exit = await run({
      args: ['role', 'grant', who, role],
      readConfig: () => ({ kind: 'folder', dataDir }),
      terminal: { stdout: keep, stderr: keep, isTty: false },
      interrupted: new AbortController().signal,
    });
    if (exit !== 0) throw new Error(`The desk did not make ${who} ${role}: ${said.join('').trim()}`);
  }
};
