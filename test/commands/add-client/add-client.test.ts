/** `add-client` through the real door and store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineAddClient } from '../../../src/commands/add-client/command.ts';
import { everything } from '../../../src/operations/scope.ts';
import { registryRecord } from '../../../src/store/registry-store.ts';
import { createRequestStore } from '../../../src/store/request-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { normalizeInstanceUrl } from '../../../src/systems/acumatica/instance-url.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import { createTestDoor, expectAnswer, expectRefusal, type TestDoor, terminal } from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  testDoor = createTestDoor({
    database: desk.database,
    commands: [
      defineAddClient({
        record: registryRecord,
        normalize: normalizeInstanceUrl,
        resolveTarget: createRequestStore(desk.database, () => new Date()).resolveTarget,
      }),
    ],
  });
});

const line =
  'add-client heritage --name "Heritage Fabrics" --repo acuops-demo/acuops-heritage --tier premium --timezone America/Chicago --url https://Heritage.example.com/erp/ --tenant Heritage';
const readAll = () => readTargets(desk.database.db, everything);
const refuse = async (text: string) => expectRefusal(await testDoor.ask(text));

describe('add-client', () => {
  it('stands in the new client’s own audit', async () => {
    await testDoor.ask(line);
    const [target] = await readAll();
    expect(await testDoor.readAuditRows()).toMatchObject([{ event: 'answered', targetId: target?.id }]);
  });

  it('refuses everybody but an admin and writes that down', async () => {
    for (const as of ['viewer', 'operator', 'approver', 'contact', 'outsider'] as const)
      expect(expectRefusal(await testDoor.ask(line, { as })).reason).toBe('denied');
    expect(await readAll()).toEqual([]);
    expect((await testDoor.readAuditRows()).map(({ event }) => event)).toEqual(Array(5).fill('denied'));
  });

  it('adds the client whole, with what was left out as the defaults, and records it', async () => {
    const answer = expectAnswer(
      await testDoor.ask(
        `${line} --username-ref env:ACU_HERITAGE_USER --password-ref env:ACU_HERITAGE_PASSWORD --channel <#C0HERITAGE|heritage> --deploy-warn-days 20 --ci-workflows ci.yml,lint.yml`,
      ),
    );
    expect(answer.message.text).toBe(
      '*Heritage Fabrics* `heritage` is added: premium, acuops-demo/acuops-heritage, America/Chicago.',
    );
    const [target] = await readAll();
    expect(target).toMatchObject({
      key: 'heritage',
      status: 'active',
      zone: 'America/Chicago',
      slack: { team: 'T0DESK', channel: 'C0HERITAGE' },
      ciWorkflows: ['ci.yml', 'lint.yml'],
      deployWorkflow: 'acuops-deploy.yml',
      thresholds: { deployWarnDays: 20, deployFailDays: 30, ciFailStreak: 3 },
      version: 1,
      environments: [
        {
          name: 'production',
          url: 'https://heritage.example.com/erp',
          tenant: 'Heritage',
          usernameRef: 'env:ACU_HERITAGE_USER',
          passwordRef: 'env:ACU_HERITAGE_PASSWORD',
        },
      ],
    });
    expect(await testDoor.readAuditRows()).toMatchObject([
      {
        event: 'answered',
        verb: 'add-client',
        actor: 'T0DESK:U0ADMIN',
        detail: { changed: { added: { id: 'heritage', tier: 'premium' } } },
      },
    ]);
  });

  it('does nothing twice for one delivery, and refuses the same id a second time', async () => {
    const first = expectAnswer(await testDoor.ask(line, { key: 'same' }));
    expect(expectAnswer(await testDoor.ask(line, { key: 'same' })).message).toEqual(first.message);
    expect((await readAll()).map(({ version }) => version)).toEqual([1]);
    expect(await testDoor.readAuditRows()).toHaveLength(1);
    expect(await refuse(line)).toMatchObject({
      reason: 'conflict',
      say: expect.stringContaining('edit-client heritage') as string,
    });
    expect((await readAll()).map(({ version }) => version)).toEqual([1]);
  });

  it('says how to bring an archived one back instead of making it anew', async () => {
    await writeTestClients(desk.database, [toTestClient('heritage', { status: 'archived' })]);
    expect(await refuse(line)).toMatchObject({
      reason: 'conflict',
      say: expect.stringContaining('`/acuops edit-client heritage --status active` brings it back') as string,
    });
  });

  it('lists every fault at once, with what was given, what is allowed and an example', async () => {
    const { reason, say } = await refuse(
      'add-client heritage --name "Heritage" --repo nonsense --tier gold --timezone Chicago --url https://heritage.example.com --deploy-warn-days soon',
    );
    expect(reason).toBe('usage');
    for (const part of [
      '--repo is "nonsense"',
      '--tier is "gold"',
      'premium, standard or self-service',
      '--timezone is "Chicago"',
      '--deploy-warn-days is "soon"',
      '--tenant is missing',
      'Example: `/acuops add-client acme --name "Acme Tools"',
    ])
      expect(say).toContain(part);
    expect(await readAll()).toEqual([]);
  });

  it.each([
    ['an id that means something else', line.replace('heritage', 'premium'), 'none of premium'],
    ['an id with odd signs', line.replace('heritage', 'heri_tage'), 'a-z, 0-9 and -'],
    ['a page instead of a site', line.replace('/erp/', '/erp/Main.aspx'), 'is a page of the site'],
    ['half a credential', `${line} --username-ref env:ACU_USER`, '--password-ref'],
    [
      'a setting of the desk itself',
      `${line} --username-ref env:ACU_USER --password-ref env:SLACK_BOT_TOKEN`,
      "client's own",
    ],
    ['thresholds that contradict', `${line} --deploy-warn-days 40`, '--deploy-fail-days'],
    ['an unknown flag', `${line} --zone UTC`, 'knows no `--zone`'],
  ])('refuses %s', async (_what, text, part) => {
    expect(await refuse(text)).toMatchObject({
      reason: 'usage',
      say: expect.stringContaining(part) as string,
    });
    expect(await readAll()).toEqual([]);
  });

  it('shows usage and example whole, however long they are', async () => {
    const { say } = await refuse('add-client');
    expect(say).toContain('[--ci-fail-streak …]`');
    expect(say).toContain('--tenant Acme`');
  });

  it('takes a channel by its id alone only where the workspace is known', async () => {
    const local = { team: 'local', user: 'root' };
    testDoor.grant(local, [{ role: 'admin', targetIds: null }]);
    const there = { as: local, place: terminal, via: 'socket' } as const;
    expect(expectRefusal(await testDoor.ask(`${line} --channel C0HERITAGE`, there)).say).toContain(
      '--channel',
    );
    expectAnswer(await testDoor.ask(`${line} --channel T0DESK:C0HERITAGE`, there));
    expect((await readAll())[0]?.slack).toEqual({ team: 'T0DESK', channel: 'C0HERITAGE' });
  });

  it.each([
    ['the repository', { repo: 'acuops-demo/ACUOPS-heritage' }, '--repo'],
    ['the channel', { slack: { team: 'T0DESK', channel: 'C0HERITAGE' } }, '--channel'],
    [
      'the tenant',
      { environments: [{ name: 'production', url: 'https://heritage.example.com/erp', tenant: 'HERITAGE' }] },
      '--tenant',
    ],
  ])('refuses %s of another client', async (_what, given, flag) => {
    await writeTestClients(desk.database, [toTestClient('other', given)]);
    const { say } = await refuse(`${line} --channel C0HERITAGE`);
    expect(say).toContain(`${flag} `);
    expect(say).toContain("other's already");
    expect(await readAll()).toHaveLength(1);
  });

  it('neither shows nor writes down a secret that was typed instead of a reference', async () => {
    const secret = 'hunter2-Really';
    for (const text of [
      `${line} --username-ref ${secret} --password-ref ${secret}`,
      line.replace('https://', `https://api:${secret}@`),
      line.replace('/erp/', `/erp?token=${secret}`),
      `${line} --password-ref ${secret.repeat(200)}`,
    ])
      for (const as of ['admin', 'viewer'] as const)
        expect(JSON.stringify(await testDoor.ask(text, { as }))).not.toContain(secret);
    const stored = JSON.stringify([
      await testDoor.readAuditRows(),
      await desk.database.db.selectFrom('operations').selectAll().execute(),
    ]);
    expect(stored).not.toContain(secret);
    expect(await readAll()).toEqual([]);
  });

  it('keeps what it cannot use inert', async () => {
    const { say } = await refuse(
      line.replace('premium', '<!channel>').replace('Heritage Fabrics', '<@U123>'),
    );
    expect(say).not.toContain('<!channel>');
  });
});
