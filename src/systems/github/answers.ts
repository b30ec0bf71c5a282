/** The few fields of GitHub's answers that are needed, checked; where an answer is kept at all, exactly these are. Turning them into facts is left to `to-facts.ts`. */
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

/** Of an annotated tag, type `tag`, the sha is that of the tag's own object. */
export const TagsPage = z.array(
  z.object({ ref: z.string(), object: z.object({ sha: z.string(), type: z.string() }) }),
);
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

/** Git lets both be anything, and GitHub leaves out what it cannot read. */
const Signature = z.object({ name: z.string().optional(), date: Moment.optional() }).nullable();

export const GitCommit = z
  .object({
    sha: z.string().regex(/^[\da-f]{40}$/u),
    commit: z.object({
      message: z.string(),
      author: Signature,
      committer: Signature,
      verification: z.object({ verified: z.boolean() }).optional(),
    }),
    /** Null or empty where the author has no account. */
    author: z.object({ login: z.string().optional() }).nullish(),
  })
  .refine(({ commit }) => (commit.committer?.date ?? commit.author?.date) !== undefined, {
    path: ['commit', 'committer', 'date'],
  });
export type GitCommit = z.infer<typeof GitCommit>;

/** Null: there is no such commit. */
export const FoundCommit = GitCommit.nullable();

export const Comparison = z.object({
  status: z.enum(['identical', 'ahead', 'behind', 'diverged']),
  ahead_by: z.number(),
  behind_by: z.number(),
  html_url: z.string(),
  /** The commit that the base stands for. */
  base_commit: z.object({ sha: z.string().regex(/^[\da-f]{40}$/u) }),
  /** Oldest first; without pages asked for, the newest 250. */
  commits: z.array(GitCommit),
  files: z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() })).default([]),
});
export type Comparison = z.infer<typeof Comparison>;

/** Null: GitHub cannot compare the two. */
export const FoundComparison = Comparison.nullable();

export const ChecksPage = z.object({
  total_count: z.number(),
  check_runs: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      html_url: z.string().nullable(),
      details_url: z.string().nullish(),
    }),
  ),
});
export type ChecksPage = z.infer<typeof ChecksPage>;

/** The newest of each context, of the kind that came before check runs. */
export const StatusesPage = z.object({
  total_count: z.number(),
  statuses: z.array(
    z.object({
      id: z.number(),
      context: z.string(),
      state: z.string(),
      target_url: z.string().nullable(),
      updated_at: Moment,
    }),
  ),
});
export type StatusesPage = z.infer<typeof StatusesPage>;

export const PullsPage = z.array(z.object({ number: z.number(), title: z.string(), html_url: z.string() }));
export type PullsPage = z.infer<typeof PullsPage>;

/** A list is a folder, null is nothing. */
export const FileContent = z.union([
  z.object({
    type: z.string(),
    sha: z.string(),
    encoding: z.string().optional(),
    content: z.string().optional(),
  }),
  z.array(z.unknown()),
  z.null(),
]);
export type FileContent = z.infer<typeof FileContent>;

export const VariablesPage = z.object({
  total_count: z.number(),
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type VariablesPage = z.infer<typeof VariablesPage>;
