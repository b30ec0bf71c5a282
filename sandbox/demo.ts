/** `npm run demo`: the pretend world without a page, a short story through real signed requests, each card printed as text. Exits 0 only if what the pretend Slack shows in the end is right. */
import { toMessage } from '../src/errors.ts';
import { playStory } from './demo/story.ts';
import { seedRoles } from './seed-roles.ts';
import { createStand, startDeskIn } from './stand.ts';
import { createWorld } from './world.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const flags = ['--no-rotation'];
const given = process.argv.slice(2);
const unknown = given.find((word) => !flags.includes(word));
if (unknown !== undefined) {
  process.stderr.write(
    `The demo knows no "${unknown}". Allowed: --no-rotation (the client's new password is not stored, so the demo must fail).\n`,
  );
  process.exit(2);
}

const since = performance.now();
const toElapsed = (): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const runDemo = async (): Promise<readonly string[]> => {
  say('Starting PostgreSQL, the desk, and a pretend Slack, GitHub and eight Acumatica sites …');
  const stand = await createStand({ world: createWorld({ now: new Date() }) });
  try {
    const desk = await startDeskIn(stand);
    try {
      await seedRoles(stand.env['ACUOPS_DATA'] ?? '');
      say(`Ready after ${toElapsed()}.`);
      return await playStory(stand, { tell: say, rotate: !given.includes('--no-rotation') });
    } finally {
      await desk.shutdown.run('the demo is over');
    }
  } finally {
    await stand.stop();
  }
};

try {
  const faults = await runDemo();
  if (faults.length === 0) say(`\nAll as it should be, in ${toElapsed()}. Try it yourself: npm run sandbox`);
  else process.stderr.write(`\nWrong:\n${faults.map((fault) => `- ${fault}`).join('\n')}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`\nThe demo broke off: ${toMessage(error)}\n`);
  process.exitCode = 1;
}
