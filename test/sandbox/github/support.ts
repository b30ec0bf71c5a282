/** A stand-in with one lively repository, and plain requests to it. */
import { createGitHubFront, type GitHubFront } from '../../../sandbox/github/front.ts';

export const at = (text: string): Date => new Date(`${text}:00Z`);

export interface Clock {
  (): number;
  move(ms: number): void;
}

export const createClock = (start = Date.UTC(2026, 10, 20, 12)): Clock => {
  let now = start;
  return Object.assign(() => now, {
    move: (ms: number) => {
      now += ms;
    },
  });
};

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export const ask = async (
  front: GitHubFront,
  path: string,
  options: { method?: string; body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
): Promise<Reply> => {
  const token = options.token === undefined ? front.token : options.token;
  const response = await fetch(path.startsWith('http') ? path : `${front.apiUrl}${path}`, {
    method: options.method ?? 'GET',
    redirect: 'manual',
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
  };
};

export const repo = '/repos/acuops-demo/acuops-heritage';

/** Two workflows, three runs: a deploy, a red CI run, a deploy in progress. Gives their ids. */
export const createLively = async (
  options: { clock?: () => number } = {},
): Promise<{ front: GitHubFront; deploy: number; ci: number; live: number }> => {
  const front = await createGitHubFront({ owner: 'acuops-demo', ...options });
  front.addRepository({ name: 'acuops-heritage' });
  front.addWorkflow('acuops-heritage', { file: 'acuops-deploy.yml', name: 'Deploy' });
  front.addWorkflow('acuops-heritage', { file: 'ci.yml', name: 'CI' });
  const deploy = front.addRun('acuops-heritage', {
    file: 'acuops-deploy.yml',
    event: 'push',
    createdAt: at('2026-11-10T20:45'),
    jobs: [
      { name: 'build', conclusion: 'success' },
      {
        name: 'deploy',
        conclusion: 'success',
        log: 'published in 41 s\n',
        steps: [{ name: 'Publish', conclusion: 'success' }],
      },
      { name: 'validate', conclusion: 'skipped' },
    ],
  });
  const ci = front.addRun('acuops-heritage', {
    file: 'ci.yml',
    event: 'pull_request',
    branch: 'feature/prices',
    actor: 'sam-ortiz',
    createdAt: at('2026-11-12T09:00'),
    jobs: [
      { name: 'lint', conclusion: 'success', log: 'lint fine\n' },
      { name: 'test', conclusion: 'failure', log: '1 failed\n' },
    ],
  });
  const live = front.addRun('acuops-heritage', {
    file: 'acuops-deploy.yml',
    event: 'workflow_dispatch',
    status: 'in_progress',
    createdAt: at('2026-11-20T11:58'),
    jobs: [
      { name: 'build', conclusion: 'success' },
      { name: 'deploy', conclusion: null, status: 'in_progress' },
    ],
  });
  front.addTag('acuops-heritage', 'deploy/prod/20261110-204500');
  front.addTag('acuops-heritage', 'deploy/prod/20261101-190000-ROLLED-BACK');
  front.addTag('acuops-heritage', 'v1.0.0');
  return { front, deploy, ci, live };
};
