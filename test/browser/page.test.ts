/** The on-call engineer at the page in a real Chromium: asks, looks closer, says "I'm on it", notes, and checks again after the repair. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedRoles } from '../../sandbox/seed-roles.ts';
import { hasLocalSlack } from '../../sandbox/slack/local-slack.ts';
import { createStand, startDeskIn } from '../../sandbox/stand.ts';
import { createWorld, personIds } from '../../sandbox/world.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type Browser, findChromium, openBrowser } from './chromium.ts';
import { createSlackPage, type SlackPage } from './slack-page.ts';

const chromium = findChromium();
const missing = [
  ...(chromium === undefined ? ['no Chromium: apt-get install chromium, or set CHROMIUM to its path'] : []),
  ...(hasLocalSlack() ? [] : [`npm has no local-slack for ${process.platform}-${process.arch}`]),
];
if (missing.length > 0) process.stderr.write(`Skipped: ${missing.join('; ')}\n`);

describe.skipIf(missing.length > 0)('the page of the pretend Slack, in Chromium', () => {
  let world: ReturnType<typeof createWorld>;
  let stand: Awaited<ReturnType<typeof startStand>>;
  let browser: Browser;
  let person: SlackPage;
  const closers: (() => Promise<unknown>)[] = [];

  const startStand = async () => {
    const database = await createTestDatabase();
    closers.push(database.drop);
    world = createWorld({ now: new Date() });
    const made = await createStand({
      world,
      mode: 'socket',
      page: true,
      env: { DATABASE_URL: database.url },
    });
    closers.push(made.stop);
    const desk = await startDeskIn(made);
    closers.push(() => desk.shutdown.run('the test is over'));
    await seedRoles(made.env['ACUOPS_DATA'] ?? '');
    return made;
  };

  beforeAll(async () => {
    stand = await startStand();
    browser = await openBrowser(chromium ?? '', { width: 1280, height: 1000 });
    closers.push(browser.close);
    await browser.page.goto(stand.slack.pageUrl);
    person = createSlackPage(browser.page);
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('leads the on-call engineer from the alarm to the recovery', async () => {
    await person.actAs(personIds.onCall);
    await person.openChannel('ops');
    await person.type('/acuops health');
    await person.sees('4 of 7 need you, worst: Heritage Fabrics P1');
    await person.sees('Check again');

    await person.choose('Heritage Fabrics');
    await person.sees('acuops-demo/acuops-heritage');
    await person.press('Close');
    // The last of the card's, so Pacific Crate's.
    await person.press("I'm on it");
    await person.sees(/is on it since/u);

    await person.press('Note');
    await browser.page.locator('.modal-body input').fill('asked for the new password');
    await browser.page.locator('.modal-body select').selectOption({ label: 'Heritage Fabrics' });
    await person.press('Save');
    await person.sees('asked for the new password');

    world.story.heritagePasswordRotated({ secretsDir: stand.secretsDir });
    await person.press('Check again');
    await person.sees('3 of 7 need you, worst: Bayline Foods P1');
    await person.sees(/Recovered:/u);
    const text = await browser.page.locator('.messages').innerText();
    expect(text).not.toMatch(/<!date|&lt;|&amp;/u);
  });

  it('tells an outsider so, and shows nothing', async () => {
    await person.actAs(personIds.outsider);
    await person.openChannel('random');
    await person.type('/acuops health');
    await person.sees('You have no role at this desk');
    expect(await browser.page.locator('.messages').innerText()).not.toContain('Heritage');
  });
});
