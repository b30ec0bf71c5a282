/** What a person does on the page of the pretend Slack, by what the page shows. */
import type { Page } from 'playwright-core';

export interface SlackPage {
  readonly actAs: (userId: string) => Promise<void>;
  readonly openChannel: (name: string) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  /** Resolves when the text is on the page. */
  readonly sees: (text: string | RegExp) => Promise<void>;
  /** Presses the newest button of that name. */
  readonly press: (name: string) => Promise<void>;
  /** Chooses in the newest list. */
  readonly choose: (option: string) => Promise<void>;
}

export const createSlackPage = (page: Page): SlackPage => ({
  actAs: async (userId) => void (await page.locator('.actas select').selectOption(userId)),
  openChannel: (name) => page.locator('.sidebar-item', { hasText: name }).first().click(),
  type: async (text) => {
    await page.locator('.composer-input').fill(text);
    await page.keyboard.press('Enter');
  },
  sees: (text) => page.getByText(text).last().waitFor({ timeout: 20_000 }),
  press: (name) => page.getByRole('button', { name, exact: true }).last().click(),
  choose: async (option) =>
    void (await page.locator('.messages select').last().selectOption({ label: option })),
});
