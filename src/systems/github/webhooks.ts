/** A delivery of GitHub's, verified on its raw bytes and parsed to what we act on. Telling a repeated delivery by its id is left to the store. */
import { Webhooks } from '@octokit/webhooks';
import { z } from 'zod';
import { parseRepo } from './repo-name.ts';
import { toFile } from './to-facts.ts';

export interface RunChanged {
  readonly kind: 'run-changed';
  readonly repo: string;
  readonly runId: number;
  readonly attempt: number;
  readonly file: string;
  readonly branch: string | null;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly updatedAt: Date;
  readonly url: string;
}

export interface JobChanged {
  readonly kind: 'job-changed';
  readonly repo: string;
  readonly runId: number;
  readonly attempt: number;
  readonly job: string;
  readonly status: string;
  readonly conclusion: string | null;
}

/** Genuine, and nothing that we follow. */
export interface Ignored {
  readonly kind: 'ignored';
  readonly event: string;
}

export type GitHubEvent = RunChanged | JobChanged | Ignored;

export type Received =
  | { readonly kind: 'accepted'; readonly deliveryId: string; readonly event: GitHubEvent }
  | { readonly kind: 'refused'; readonly status: 400 | 401; readonly say: string };

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type WebhookReceiver = (headers: WebhookHeaders, rawBody: Uint8Array) => Promise<Received>;

const Moment = z.iso.datetime({ offset: true });
const Repository = z.object({ full_name: z.string().refine((name) => parseRepo(name) !== null) });

const RunPayload = z
  .object({
    repository: Repository,
    workflow_run: z.object({
      id: z.number(),
      run_attempt: z.number(),
      path: z.string(),
      head_branch: z.string().nullable(),
      event: z.string(),
      status: z.string().nullable(),
      conclusion: z.string().nullable(),
      updated_at: Moment,
      html_url: z.string(),
    }),
  })
  .transform(
    ({ repository, workflow_run: run }): RunChanged => ({
      kind: 'run-changed',
      repo: repository.full_name,
      runId: run.id,
      attempt: run.run_attempt,
      file: toFile(run.path),
      branch: run.head_branch,
      event: run.event,
      status: run.status ?? 'queued',
      conclusion: run.conclusion,
      updatedAt: new Date(run.updated_at),
      url: run.html_url,
    }),
  );

const JobPayload = z
  .object({
    repository: Repository,
    workflow_job: z.object({
      run_id: z.number(),
      run_attempt: z.number(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
    }),
  })
  .transform(
    ({ repository, workflow_job: job }): JobChanged => ({
      kind: 'job-changed',
      repo: repository.full_name,
      runId: job.run_id,
      attempt: job.run_attempt,
      job: job.name,
      status: job.status,
      conclusion: job.conclusion,
    }),
  );

const payloads: ReadonlyMap<string, z.ZodType<GitHubEvent>> = new Map<string, z.ZodType<GitHubEvent>>([
  ['workflow_run', RunPayload],
  ['workflow_job', JobPayload],
]);

const readHeader = (headers: WebhookHeaders, name: string): string => {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refuse = (status: 400 | 401, say: string): Received => ({ kind: 'refused', status, say });

const isGenuine = async (webhooks: Webhooks, body: string, signature: string): Promise<boolean> => {
  // The library throws where there is nothing to compare; a stranger's request is no error of ours.
  if (!/^sha256=[\da-f]{64}$/.test(signature) || body === '') return false;
  return webhooks.verify(body, signature);
};

/** Header names in lower case, as Node gives them. The content type must be JSON: a form's body would be signed too, but is not read. */
export const createWebhookReceiver = ({ secret }: { readonly secret: string }): WebhookReceiver => {
  const webhooks = new Webhooks({ secret });
  return async (headers, rawBody) => {
    const body = Buffer.from(rawBody).toString('utf8');
    if (!(await isGenuine(webhooks, body, readHeader(headers, 'x-hub-signature-256')))) {
      return refuse(401, 'the signature does not fit; check GITHUB_WEBHOOK_SECRET on both sides');
    }
    const deliveryId = readHeader(headers, 'x-github-delivery');
    const name = readHeader(headers, 'x-github-event');
    if (!/^[\w-]{1,100}$/.test(deliveryId) || name === '')
      return refuse(400, 'X-GitHub-Delivery or X-GitHub-Event is missing');
    const schema = payloads.get(name);
    if (schema === undefined)
      return { kind: 'accepted', deliveryId, event: { kind: 'ignored', event: name.slice(0, 60) } };
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return { kind: 'accepted', deliveryId, event: parsed.data };
    return refuse(
      400,
      `the ${name} payload is not readable (${parsed.error.issues[0]?.path.join('.') || 'no JSON'}); the content type must be application/json`,
    );
  };
};
