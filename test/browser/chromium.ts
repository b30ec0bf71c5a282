/** Debian's Chromium under playwright-core's hands: where it is, and how it is started without a word to anybody outside. */
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const findChromium = (): string | undefined =>
  [process.env['CHROMIUM'] ?? '', ...places].find((path) => path !== '' && existsSync(path));

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** With a profile of its own, in a new folder. */
export const openBrowser = async (
  executablePath: string,
  viewport: { readonly width: number; readonly height: number },
): Promise<Browser> => {
  const context = await chromium.launchPersistentContext('', {
    executablePath,
    headless: true,
    viewport,
    args: flags,
  });
  return { page: context.pages()[0] ?? (await context.newPage()), close: () => context.close() };
};
