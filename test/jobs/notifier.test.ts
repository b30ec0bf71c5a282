/** Cards on their way: a call that Slack leaves unanswered holds up no other card, and its own card stays with its sender. */
import { afterEach, expect, it, vi } from 'vitest';
import { type Background, startNotifier } from '../../src/jobs/background.ts';
import { makeOperation } from '../support/card-memory.ts';
import { openSender } from '../support/card-sender.ts';

let notifier: Background | undefined;
let release = Promise.withResolvers<void>();
afterEach(async () => {
  release.resolve();
  await notifier?.stop();
});

const openSilent = () => {
  release = Promise.withResolvers<void>();
  const desk = openSender((operation) => ({ text: operation.id, blocks: [] }));
  desk.slack.next.push(async (act) => {
    await release.promise;
    return act();
  });
  notifier = startNotifier(desk.takeDue, () => undefined, 20);
  desk.cards.add({ cardId: 'silent', operation: makeOperation({ id: 'silent' }) });
  return desk;
};

it('one silent call holds up no other card', async () => {
  const desk = openSilent();
  await vi.waitFor(() => expect(desk.slack.state.posts).toBe(1));
  desk.cards.add({ cardId: 'other', operation: makeOperation({ id: 'other' }) });
  await vi.waitFor(() => expect(desk.slack.shown.map(({ text }) => text)).toEqual(['other']));
  release.resolve();
  await vi.waitFor(() => expect(desk.slack.shown.map(({ text }) => text)).toEqual(['other', 'silent']));
});

it('takes no more than twenty at once, and the next as soon as one has ended', async () => {
  const desk = openSilent();
  await vi.waitFor(() => expect(desk.slack.state.posts).toBe(1));
  for (let at = 0; at < 30; at += 1) {
    desk.slack.next.push(async (act) => {
      await release.promise;
      return act();
    });
    desk.cards.add({ cardId: `c${at}`, operation: makeOperation({ id: `c${at}` }) });
  }
  await vi.waitFor(() => expect(desk.slack.state.posts).toBe(20));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(desk.slack.state.posts).toBe(20);
  release.resolve();
  await vi.waitFor(() => expect(desk.slack.shown).toHaveLength(31));
});

it('a sender that is at work keeps its card, however long Slack takes', async () => {
  const desk = openSilent();
  await vi.waitFor(() => expect(desk.slack.state.posts).toBe(1));
  // Its lease of 90 ms would be over three times.
  for (let passed = 0; passed < 300; passed += 10) {
    desk.clock.pass(10);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(desk.slack.state).toMatchObject({ posts: 1, finds: 0 });
  release.resolve();
  await vi.waitFor(() => expect(desk.cards.read('silent').deliveredVersion).toBe(1));
  expect(desk.slack.shown).toHaveLength(1);
});

it('an orderly stop waits for what is on its way', async () => {
  const desk = openSilent();
  await vi.waitFor(() => expect(desk.slack.state.posts).toBe(1));
  const stopped = notifier?.stop();
  release.resolve();
  await stopped;
  expect(desk.cards.read('silent').deliveredVersion).toBe(1);
});
