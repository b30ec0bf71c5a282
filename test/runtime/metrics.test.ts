import { expect, it } from 'vitest';
import { createMetrics } from '../../src/runtime/metrics.ts';

it('counts under the names that dashboards know, each instance for itself', async () => {
  const metrics = createMetrics();
  metrics.countRequest('health', 'started', 0.02);
  metrics.countRequest('health', 'started', 0.02);
  metrics.countStep('health', 'fan');
  metrics.countItem('timed-out');
  metrics.countGithubCall(false);
  const text = await metrics.render();
  expect(text).toContain('acuops_requests_total{verb="health",outcome="started"} 2');
  expect(text).toContain('acuops_request_seconds_bucket{le="0.025",verb="health"} 2');
  expect(text).toContain('acuops_steps_total{verb="health",outcome="fan"} 1');
  expect(text).toContain('acuops_items_total{outcome="timed-out"} 1');
  expect(text).toContain('acuops_github_calls_total{charged="false"} 1');
  expect(text).toContain('process_cpu_seconds_total');
  expect(await createMetrics().render()).not.toContain('verb="health"');
});

it('reads the backlog when asked, and shows no old figure when it cannot', async () => {
  let away = false;
  const metrics = createMetrics({
    boundMs: 30,
    readBacklog: () =>
      away ? new Promise(() => {}) : Promise.resolve({ operationsOpen: 3, cardsBehind: 2, auditUnsealed: 1 }),
  });
  const text = await metrics.render();
  expect(text).toContain('acuops_operations_open 3');
  expect(text).toContain('acuops_cards_behind 2');
  expect(text).toContain('acuops_audit_unsealed 1');
  away = true;
  expect(await metrics.render()).toMatch(/acuops_operations_open nan/iu);
});
