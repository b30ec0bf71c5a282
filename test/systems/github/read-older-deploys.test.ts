/** "Never deployed" is said of a whole history only: what a busy repository's first page leaves out is read, or named as unread. */
import { describe, expect, it } from 'vitest';
import { judgeLastDeploy } from '../../../src/policy/health/judge-last-deploy.ts';
import { openWorld, toClient } from './world.ts';

const client = toClient('heritage');
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

type World = Awaited<ReturnType<typeof openWorld>>;

/** The healthy client's deploy of five days ago goes under in newer runs of another workflow. */
const openBusyWorld = async (): Promise<World> => {
  const world = await openWorld();
  const { front } = world;
  front.addWorkflow('heritage', { file: 'lint.yml', name: 'Lint' });
  for (let index = 0; index < 120; index += 1)
    front.addRun('heritage', { file: 'lint.yml', event: 'push', createdAt: ago(60 + index), jobs: [] });
  front.addRun('heritage', {
    file: 'ci.yml',
    event: 'push',
    createdAt: ago(30),
    jobs: [{ name: 'test', conclusion: 'success' }],
  });
  return world;
};

const addDeploys = ({ front }: World, count: number, conclusion: string, event = 'push') => {
  for (let index = 0; index < count; index += 1)
    front.addRun('heritage', {
      file: 'acuops-deploy.yml',
      event,
      createdAt: ago(index + 1),
      jobs: [
        { name: 'build', conclusion: 'success' },
        { name: 'deploy', conclusion },
      ],
    });
};

const deployPages = (calls: readonly { readonly path: string }[]) =>
  calls.filter(({ path }) => path.includes('workflows/acuops-deploy.yml/runs'));

describe('a busy page whose only deploy run deployed nothing', () => {
  it('is not the whole history: the older deploy is found on the page of its workflow', async () => {
    const world = await openBusyWorld();
    addDeploys(world, 2, 'skipped');
    world.takeCalls();
    const facts = await world.read();
    expect(judgeLastDeploy(client, facts, new Date())).toMatchObject({ say: 'last deploy 4 days ago' });
    expect(deployPages(world.takeCalls().calls)).toHaveLength(1);
    expect(await world.read()).toEqual(facts);
    expect(world.takeCalls().count).toBe(0);
  });

  it('costs no further page where it did deploy', async () => {
    const world = await openBusyWorld();
    addDeploys(world, 1, 'success');
    world.takeCalls();
    const facts = await world.read();
    expect(judgeLastDeploy(client, facts, new Date()).say).toBe('deployed within the last day');
    expect(world.takeCalls().count).toBe(4);
  });

  it('leaves it unknown where that page is cut too', async () => {
    const world = await openBusyWorld();
    addDeploys(world, 110, 'success', 'schedule');
    const facts = await world.read();
    expect(judgeLastDeploy(client, facts, new Date())).toMatchObject({
      verdict: 'unknown',
      say: 'older runs of acuops-deploy.yml not read',
    });
    expect(facts.runs.kind).toBe('known');
  });

  it('leaves it unknown where that page cannot be read, and CI is judged all the same', async () => {
    const world = await openBusyWorld();
    addDeploys(world, 1, 'skipped');
    world.front.faults.status({ path: '/repos/acme/heritage/actions/workflows/acuops-deploy.yml/runs' }, 503);
    const facts = await world.read();
    expect(judgeLastDeploy(client, facts, new Date())).toMatchObject({
      verdict: 'unknown',
      say: 'GitHub answered 503',
    });
    expect(facts.runs.kind).toBe('known');
  });
});

it('a cut page of a workflow that was never seen to succeed is no whole history either', async () => {
  const world = await openBusyWorld();
  addDeploys(world, 110, 'failure', 'schedule');
  expect(judgeLastDeploy(client, await world.read(), new Date()).verdict).toBe('unknown');
});
