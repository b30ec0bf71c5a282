/** The few fields of GitHub's answers that are needed, checked; exactly these are kept in the cache. Turning them into facts is left to `to-facts.ts`. */
import { z } from 'zod';

const Moment = z.iso.datetime({ offset: true });

export const WorkflowsPage = z.object({
  total_count: z.number(),
  workflows: z.array(z.object({ path: z.string(), state: z.string(), html_url: z.string().optional() })),
});
export type WorkflowsPage = z.infer<typeof WorkflowsPage>;

export const Run = z.object({
  id: z.number(),
  run_attempt: z.number().default(1),
  path: z.string(),
  event: z.string(),
  head_branch: z.string().nullable(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_sha: z.string(),
  display_title: z.string().default(''),
  html_url: z.string(),
  created_at: Moment,
  updated_at: Moment,
});
export type Run = z.infer<typeof Run>;

export const RunsPage = z.object({ total_count: z.number(), workflow_runs: z.array(Run) });
export type RunsPage = z.infer<typeof RunsPage>;

export const TagsPage = z.array(z.object({ ref: z.string(), object: z.object({ sha: z.string() }) }));
export type TagsPage = z.infer<typeof TagsPage>;

export const JobsPage = z.object({
  /** Ours: the run was over when these were asked for, so they can never change. */
  is_final: z.boolean().default(false),
  jobs: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      completed_at: Moment.nullable(),
      steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullable() })).optional(),
    }),
  ),
});
export type JobsPage = z.infer<typeof JobsPage>;
