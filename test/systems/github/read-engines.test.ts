/** The engines of a version's workflow, read from their own repositories. */
import { describe, expect, it } from 'vitest';
import { openSourceWorld, toWorkflowText, workflowPath } from './source-world.ts';

const now = () => new Date();

describe('an engine', () => {
  it('that may not be seen is unknown, and named', async () => {
    const { front, read } = await openSourceWorld();
    front.setAccessible('engine', false);
    const facts = await read();
    expect(facts.engines).toEqual({
      kind: 'unknown',
      reason: 'no-access',
      say: 'acme/engine: repository not found or the token has no access to contents',
    });
    expect(facts.workflow.kind).toBe('known');
  });

  it.each([
    ['acme/engine, ref: v9', 'not-configured', 'acme/engine: there is no such branch, tag or commit'],
    ['acme/engine, ref: a..b', 'not-configured', 'acme/engine: this is no name of a branch, tag or commit'],
    ['engine', 'malformed', "the workflow's engine is not given as owner/name"],
  ])('given as %j is unknown', async (engine, reason, say) => {
    const { front, read } = await openSourceWorld();
    front.addCommit('heritage', {
      title: 'Engine',
      author: 'ada',
      at: now(),
      files: { [workflowPath]: toWorkflowText(engine) },
    });
    expect((await read()).engines).toEqual({ kind: 'unknown', reason, say });
  });

  it('whose variable is not set and has nothing to stand in is its default branch', async () => {
    const { front, read, engineTip } = await openSourceWorld();
    const text = toWorkflowText("acme/engine, ref: '${{ vars.ENGINE_VERSION }}'");
    front.addCommit('heritage', {
      title: 'Engine',
      author: 'ada',
      at: now(),
      files: { [workflowPath]: text },
    });
    front.addTag('engine', 'HEAD', engineTip);
    expect((await read()).engines).toMatchObject({ value: [{ ref: 'HEAD', sha: engineTip }] });
  });

  it('is one of several: all of them are read, or none is told', async () => {
    const { front, read, engineTip } = await openSourceWorld();
    front.addRepository({ name: 'tools' });
    const tools = front.addCommit('tools', { title: 'Tools', author: 'ada', at: now() });
    const text = `${toWorkflowText('acme/engine')}      - uses: actions/checkout@v4\n        with: { repository: acme/tools, ref: main }\n`;
    const files = { [workflowPath]: text };
    front.addTag('engine', 'HEAD', engineTip);
    front.addCommit('heritage', { title: 'Two', author: 'ada', at: now(), files });
    expect((await read()).engines).toMatchObject({ value: [{ sha: engineTip }, { sha: tools }] });
    front.setAccessible('tools', false);
    expect((await read()).engines).toMatchObject({ kind: 'unknown', reason: 'no-access' });
  });

  it('of a workflow that nobody can see through is unknown', async () => {
    const { front, read } = await openSourceWorld();
    const files = {
      [workflowPath]: 'on: push\njobs: { deploy: { uses: acme/flows/.github/workflows/x.yml@main } }\n',
    };
    front.addCommit('heritage', { title: 'Calls', author: 'ada', at: now(), files });
    expect((await read()).engines).toEqual({
      kind: 'unknown',
      reason: 'malformed',
      say: 'the workflow runs another workflow: acme/flows/.github/workflows/x.yml@main',
    });
  });
});
