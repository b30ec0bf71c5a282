/** `edit-client` through the real door and store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineAddClient } from '../../../src/commands/add-client/command.ts';
import { defineEditClient } from '../../../src/commands/edit-client/command.ts';
import { everything } from '../../../src/operations/scope.ts';
import { registryRecord } from '../../../src/store/registry-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { normalizeInstanceUrl } from '../../../src/systems/acumatica/instance-url.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectAnswer, expectRefusal, type TestDoor } from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  await writeTestClients(desk.database, [toTestClient('heritage'), toTestClient('bayline')]);
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineEditClient({ record: registryRecord, normalize: normalizeInstanceUrl }),
      defineAddClient({
        record: registryRecord,
        normalize: normalizeInstanceUrl,
        resolveTarget: async () => null,
      }),
    ],
  });
});

const read = async (key = 'heritage') =>
  (await readTargets(desk.database.db, everything, { keys: [key] }))[0];
const ask = async (line: string) => expectAnswer(await testDoor.ask(line));
const shown = (message: object): string => JSON.stringify(message);

describe('edit-client', () => {
  it('refuses everybody but an admin and writes that down', async () => {
    for (const as of ['viewer', 'operator', 'approver', 'contact', 'outsider'] as const)
      expect(expectRefusal(await testDoor.ask('edit-client heritage --tier standard', { as })).reason).toBe(
        'denied',
      );
    expect(await read()).toMatchObject({ tier: 'premium', version: 1 });
    expect((await testDoor.readAuditRows()).map(({ event }) => event)).toEqual(Array(5).fill('denied'));
  });

  it('shows each field from → to, changes nothing else, and records it', async () => {
    const other = await read('bayline');
    const answer = await ask('edit-client heritage --tier standard --timezone Europe/Berlin');
    expect(answer.message.text).toBe('*Heritage Ltd* `heritage` is changed:');
    expect(shown(answer.message)).toContain('tier: premium → standard');
    expect(shown(answer.message)).toContain('timezone: America/Chicago → Europe/Berlin');
    expect(await read()).toMatchObject({ tier: 'standard', zone: 'Europe/Berlin', version: 2 });
    expect(await read('bayline')).toEqual(other);
    const [row] = await testDoor.readAuditRows();
    expect(row).toMatchObject({
      event: 'answered',
      verb: 'edit-client',
      targetId: (await read())?.id,
      detail: {
        changed: {
          client: 'heritage',
          changed: [
            { field: 'tier', from: 'premium', to: 'standard' },
            { field: 'timezone', from: 'America/Chicago', to: 'Europe/Berlin' },
          ],
        },
      },
    });
  });

  it('does nothing twice: not for one delivery, not for what is so already', async () => {
    await testDoor.ask('edit-client heritage --tier standard', { key: 'same' });
    await testDoor.ask('edit-client heritage --tier self-service', { key: 'same' });
    expect(await read()).toMatchObject({ tier: 'standard', version: 2 });
    expect((await ask('edit-client heritage --tier standard')).message.text).toContain('nothing changed');
    expect((await read())?.version).toBe(2);
  });

  it.each([
    [
      'a new environment',
      '--environment staging --url https://stage.example.com/erp --tenant HeritageTest',
      /environments\.staging: none → .*stage\.example\.com/,
    ],
    [
      'credentials taken away',
      '--username-ref none --password-ref none',
      /credentials: username env:ACU_HERITAGE_USER, password env:ACU_HERITAGE_PASSWORD → none/,
    ],
    [
      'one reference',
      '--password-ref file:/run/secrets/heritage',
      /→ username env:ACU_HERITAGE_USER, password file:\/run\/secrets\/heritage/,
    ],
    ['a whole team as contacts', '--contacts T0CLIENT:*', /contacts: none → \(team T0CLIENT\)/],
    ['a threshold', '--deploy-warn-days 20', /thresholds: deployWarnDays 25, .* → deployWarnDays 20/],
    [
      'the branch, in both places',
      '--branch release',
      /workflows\.branch: main → release.*environments\.production\.branch: main → release/,
    ],
    ['leaving', '--status offboarding', /status: active → offboarding/],
  ])('changes %s', async (_what, flags, pattern) => {
    expect(shown((await ask(`edit-client heritage ${flags}`)).message)).toMatch(pattern);
    expect((await read())?.version).toBe(2);
    expect((await ask(`edit-client heritage ${flags}`)).message.text).toContain('nothing changed');
  });

  it('brings an archived client back, unless somebody has taken its place', async () => {
    const slack = { team: 'T0DESK', channel: 'C0SAME' };
    await writeTestClients(desk.database, [toTestClient('heritage', { status: 'archived', slack })]);
    expect(shown((await ask('edit-client heritage --tier standard')).message)).toContain('It is archived');
    await writeTestClients(desk.database, [toTestClient('bayline', { slack })]);
    expect(expectRefusal(await testDoor.ask('edit-client heritage --status active')).say).toContain(
      "--channel C0SAME is bayline's already",
    );
    expect((await read())?.status).toBe('archived');
    expect(shown((await ask('edit-client heritage --status active --channel none')).message)).toContain(
      'status: archived → active',
    );
    expect(await read()).toMatchObject({ status: 'active', slack: null });
  });

  it.each([
    ['no flag at all', 'edit-client heritage', 'usage', 'Say what to change'],
    ['a client nobody knows', 'edit-client heritagee --tier standard', 'not-found', 'heritagee'],
    ['archiving by the way', 'edit-client heritage --status archived', 'usage', 'remove-client archives'],
    [
      'a repository of another',
      'edit-client heritage --repo acuops-demo/acuops-bayline',
      'usage',
      "bayline's already",
    ],
    ['a contact given twice', 'edit-client heritage --contacts T0AA:U0BB,T0AA:U0BB', 'usage', 'given twice'],
    ['a word too many', 'edit-client heritage tier standard', 'usage', 'one word too many'],
  ])('refuses %s', async (_what, line, reason, part) => {
    expect(expectRefusal(await testDoor.ask(line))).toMatchObject({
      reason,
      say: expect.stringContaining(part) as string,
    });
    expect((await read())?.version).toBe(1);
  });

  it('says in code font which command lists the flags', async () => {
    expect(expectRefusal(await testDoor.ask('edit-client heritage')).say).toBe(
      'Say what to change. `/acuops help edit-client` lists every flag.\nExample: `/acuops edit-client acme --tier standard`',
    );
  });

  it.each([
    'https://new.example.com/erp',
    'http://new.example.com/erp/',
    'HTTP://NEW.example.com:80/erp',
    'http://localhost/erp',
    'ftp://new.example.com/erp',
    'http://user:word@new.example.com/erp',
    'http://new.example.com/erp?a=1',
    'http://new.example.com/erp/Main.aspx',
    'http://new.example.com/entity/Default',
    'new.example.com/erp',
  ])('takes and refuses addresses as add-client does: %s', async (url) => {
    const edited = await testDoor.ask(`edit-client heritage --url ${url}`);
    const added = await testDoor.ask(
      `add-client summit --name Summit --repo a/b --tier standard --timezone UTC --tenant S --url ${url}`,
    );
    const [said] = toText(added).split('\n');
    expect(added.kind).toBe(edited.kind);
    expect(edited.kind === 'refused' ? toText(edited).split('\n')[0] : said).toBe(said);
    const after = edited.kind === 'refused' ? undefined : (await read())?.environments[0]?.url;
    expect((await read('summit'))?.environments[0]?.url).toBe(after);
  });

  it('neither shows nor writes down a secret typed instead of a reference', async () => {
    const secret = 'hunter2-Really';
    expect(JSON.stringify(await testDoor.ask(`edit-client heritage --password-ref ${secret}`))).not.toContain(
      secret,
    );
    expect(JSON.stringify(await testDoor.readAuditRows())).not.toContain(secret);
    expect(
      JSON.stringify(await desk.database.db.selectFrom('operations').selectAll().execute()),
    ).not.toContain(secret);
  });
});
