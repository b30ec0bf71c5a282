/** Counts what commands' steps and items come to, and what is asked of GitHub, by wrapping them where they are joined: those who do the work know nothing of it. */
import { isFenced } from './errors.ts';
import type { AnyCommand, LongCommand } from './operations/command.ts';
import type { ItemContext, Step } from './operations/operation.ts';
import type { CommandList } from './operations/words.ts';
import type { Metrics } from './runtime/metrics.ts';
import type { GitHubClient } from './systems/github/create-client.ts';

type Counting = Pick<Metrics, 'countStep' | 'countItem'>;

const countStep =
  (verb: string, step: Step, metrics: Counting): Step =>
  async (context) => {
    try {
      const outcome = await step(context);
      metrics.countStep(verb, outcome.kind);
      return outcome;
    } catch (error) {
      metrics.countStep(verb, isFenced(error) ? 'fenced' : 'failed');
      throw error;
    }
  };

type Items = NonNullable<LongCommand<unknown>['items']>;

const decideItemOutcome = ({ item, signal, now }: ItemContext): 'timed-out' | 'released' | 'failed' => {
  if (item.deadlineAt.getTime() <= now().getTime()) return 'timed-out';
  return signal.aborted ? 'released' : 'failed';
};

const countItem =
  (items: Items, metrics: Counting): Items =>
  async (context) => {
    try {
      const result = await items(context);
      metrics.countItem('done');
      return result;
    } catch (error) {
      metrics.countItem(decideItemOutcome(context));
      throw error;
    }
  };

const countCommand = (command: AnyCommand, metrics: Counting): AnyCommand =>
  command.kind === 'now'
    ? command
    : {
        ...command,
        steps: Object.fromEntries(
          Object.entries(command.steps).map(([name, step]) => [name, countStep(command.verb, step, metrics)]),
        ),
        ...(command.items === undefined ? {} : { items: countItem(command.items, metrics) }),
      };

/** For the engine: the same commands, each step and item counted. */
export const countSteps = (commands: CommandList, metrics: Counting): CommandList => {
  const counted = new Map<string, AnyCommand>();
  return {
    ...commands,
    find: (word) => {
      const command = commands.find(word);
      if (!command) return undefined;
      const known = counted.get(command.verb) ?? countCommand(command, metrics);
      counted.set(command.verb, known);
      return known;
    },
  };
};

/** A 304 and a refused request cost nothing of the hour; what got no answer is not known to have cost. */
export const countGithubCalls = (client: GitHubClient, count: Metrics['countGithubCall']): GitHubClient => ({
  ...client,
  ask: async (repo, question) => {
    const answer = await client.ask(repo, question);
    if (answer.kind === 'not-modified') count(false);
    // Our own budget answers 429 too, without a call.
    else if (answer.kind === 'answer' || (answer.status !== null && answer.reason !== 'rate-limited'))
      count(true);
    return answer;
  },
});
