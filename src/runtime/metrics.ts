/** What the desk counts about itself, for Prometheus. Labels take few values each: no client, person or operation is ever one. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { within } from './bounded.ts';

/** How much waits; read when somebody asks for the figures. */
export interface Backlog {
  readonly operationsOpen: number;
  readonly cardsBehind: number;
  readonly auditUnsealed: number;
}

export interface Metrics {
  /** `verb` must be a known command's; callers write `unknown` for anything else. */
  readonly countRequest: (
    verb: string,
    outcome: 'answered' | 'started' | 'refused' | 'failed',
    seconds: number,
  ) => void;
  readonly countStep: (
    verb: string,
    outcome: 'done' | 'next' | 'wait' | 'fan' | 'refuse' | 'fenced' | 'failed',
  ) => void;
  readonly countItem: (outcome: 'done' | 'timed-out' | 'released' | 'failed') => void;
  readonly countGithubCall: (charged: boolean) => void;
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

export interface MetricsParts {
  /** Unset where this process does not own the figures. */
  readonly readBacklog?: () => Promise<Backlog>;
  readonly boundMs?: number;
}

export const createMetrics = ({ readBacklog, boundMs = 1_000 }: MetricsParts = {}): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'acuops_requests_total',
    help: 'Requests for a command, by what came of them',
    labelNames: ['verb', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'acuops_request_seconds',
    help: 'Time from a request to its receipt',
    labelNames: ['verb'],
    // Slack gives 3 s; the aim is under 0.3.
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 10],
    registers,
  });
  const steps = new Counter({
    name: 'acuops_steps_total',
    help: 'Steps of operations, by outcome',
    labelNames: ['verb', 'outcome'],
    registers,
  });
  const items = new Counter({
    name: 'acuops_items_total',
    help: 'Items of fanned-out steps, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const calls = new Counter({
    name: 'acuops_github_calls_total',
    help: 'Calls to GitHub; a 304 is not charged to the hourly budget',
    labelNames: ['charged'],
    registers,
  });
  const backlog = readBacklog ? createBacklogGauges(registers) : undefined;

  return {
    countRequest: (verb, outcome, tookSeconds) => {
      requests.inc({ verb, outcome });
      seconds.observe({ verb }, tookSeconds);
    },
    countStep: (verb, outcome) => steps.inc({ verb, outcome }),
    countItem: (outcome) => items.inc({ outcome }),
    countGithubCall: (charged) => calls.inc({ charged: String(charged) }),
    contentType: registry.contentType,
    render: async () => {
      if (readBacklog && backlog)
        backlog(
          await within<Backlog | null>(
            readBacklog().catch(() => null),
            boundMs,
            () => null,
          ),
        );
      return registry.metrics();
    },
  };
};

const createBacklogGauges = (registers: Registry[]): ((backlog: Backlog | null) => void) => {
  const open = new Gauge({ name: 'acuops_operations_open', help: 'Operations not finished', registers });
  const behind = new Gauge({
    name: 'acuops_cards_behind',
    help: 'Cards whose newest picture is not delivered',
    registers,
  });
  const unsealed = new Gauge({
    name: 'acuops_audit_unsealed',
    help: 'Audit rows not yet chained',
    registers,
  });
  return (backlog) => {
    // Not a number rather than the last figure: an old figure would look like health.
    open.set(backlog?.operationsOpen ?? Number.NaN);
    behind.set(backlog?.cardsBehind ?? Number.NaN);
    unsealed.set(backlog?.auditUnsealed ?? Number.NaN);
  };
};
