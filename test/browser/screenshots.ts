/** `npm run screenshots`: draws the pictures of the docs anew, from the sandbox's own world in a real Chromium. */
import { join } from 'node:path';
import { seedRoles } from '../../sandbox/seed-roles.ts';
import { createStand, startDeskIn } from '../../sandbox/stand.ts';
import { createWorld, personIds } from '../../sandbox/world.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { createSlackPage } from './slack-page.ts';

const folder = join(import.meta.dirname, '../../docs/screenshots');
const window = { width: 1280, height: 1080 };

const closers: (() => Promise<unknown>)[] = [];

/** A machine without an emoji font (Debian: fonts-noto-color-emoji) draws boxes. */
const open = async () => {
  const world = createWorld({ now: new Date() });
  const stand = await createStand({ world, mode: 'socket', page: true });
  closers.push(stand.stop);
  const desk = await startDeskIn(stand);
  closers.push(() => desk.shutdown.run('the pictures are drawn'));
  await seedRoles(stand.env['ACUOPS_DATA'] ?? '');
  const browser = await openBrowser(findChromium() ?? '', window);
  closers.push(browser.close);
  await browser.page.goto(stand.slack.pageUrl);
  await browser.page.addStyleTag({
    content: '.alone .sidebar, .alone .topbar { display: none !important }',
  });
  return {
    page: browser.page,
    repair: () => world.story.heritagePasswordRotated({ secretsDir: stand.secretsDir }),
  };
};

const drawAll = async (): Promise<void> => {
  const { page, repair } = await open();
  const person = createSlackPage(page);
  const actIn = async (who: keyof typeof personIds, channel: string): Promise<void> => {
    await person.actAs(personIds[who]);
    await person.openChannel(channel);
  };
  const ask = async (line: string, answer: string | RegExp): Promise<void> => {
    await person.type(line);
    await person.sees(answer);
  };
  /** The conversation alone, as on a phone or beside another window. */
  const draw = async (name: string, width: number, height: number, from?: string): Promise<void> => {
    const body = page.locator('body');
    await page.setViewportSize({ width, height });
    await body.evaluate((element) => element.classList.add('alone'));
    const list = page.locator('.messages');
    if (from === undefined) await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    else {
      await page
        .getByText(from)
        .last()
        .evaluate((element) => element.scrollIntoView({ block: 'start' }));
      await list.evaluate((element) => element.scrollBy(0, -40));
    }
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await body.evaluate((element) => element.classList.remove('alone'));
    await page.setViewportSize(window);
  };

  await actIn('onCall', 'ops');
  await ask('/acuops health', 'Check again');
  await draw('fleet', 680, 1100, '4 of 7 need you, worst: Heritage Fabrics P1');
  await person.choose('Heritage Fabrics');
  await person.sees('acuops-demo/acuops-heritage');
  await page
    .locator('.modal')
    .last()
    .screenshot({ path: join(folder, 'details.png') });
  await person.press('Close');

  repair();
  await person.press('Check again');
  await person.sees('3 of 7 need you, worst: Bayline Foods P1');
  await draw('recovered', 680, 1030, '3 of 7 need you, worst: Bayline Foods P1');
  await draw('phone', 390, 844, '3 of 7 need you, worst: Bayline Foods P1');

  await ask('/acuops deploy bayline --dry-run', 'Plan again');
  await draw('deploy', 680, 600);
  await draw('deploy-phone', 390, 860);

  await ask('/acuops deploy heritage', 'Withdraw');
  await draw('approval', 680, 700);
  await actIn('approver', 'ops');
  await person.press('Approve');
  await person.sees('Deploy to production?');
  await page
    .locator('.modal')
    .last()
    .screenshot({ path: join(folder, 'approve.png') });
  await person.press('Approve');
  await person.sees('does not start deploys yet');
  await draw('approved', 680, 720);

  await actIn('clientContact', 'bayline-foods');
  await ask('@acuops status bayline', 'Bayline Foods');
  await ask('@acuops status heritage', 'You may not see that client');
  await draw('client-contact', 680, 560);

  await actIn('admin', 'ops');
  await ask('/acuops role list', 'Everybody else is denied.');
  await ask('/acuops audit verify', 'The audit chain is whole');
  await draw('admin', 680, 560);
};

try {
  await drawAll();
} finally {
  for (const close of closers.reverse()) await close();
}
