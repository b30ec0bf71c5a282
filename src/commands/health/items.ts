/** The parts of a health check that any worker may do: read one pipeline, probe one instance, reach the control host. Each hands on judged observations. */
import { z } from 'zod';
import type { Json } from '../../operations/json.ts';
import type { ItemContext, ItemResult } from '../../operations/operation.ts';
import { planDeployJobs } from '../../policy/health/deploy-runs.ts';
import type { ApiFact, Observation } from '../../policy/health/facts.ts';
import { toHealthClient } from '../../policy/health/health-client.ts';
import { judgeApi } from '../../policy/health/judge-api.ts';
import { judgePipeline } from '../../policy/health/judge-pipeline.ts';
import { StoredObservation } from '../../policy/health/report.ts';
import { findPublishing, type Held, toKnownRuns } from '../../policy/publishing.ts';
import type { ProbeRequest } from '../../steps/probe-instance.ts';
import { readAsked } from './plan.ts';
import type { HealthPowers } from './powers.ts';

/** Facts of this age are used as they are; `--fresh` asks for all. */
const usualAgeMs = 5 * 60_000;
/** The control host is given this long, out of the time that the check has: the instances leave it over. */
export const controlMs = 8_000;

const ItemInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pipeline'), targetId: z.string() }),
  z.object({
    kind: z.literal('api'),
    targetId: z.string(),
    environment: z.enum(['production', 'staging']),
    publishing: z.object({ since: z.string(), runUrl: z.string().nullable() }).nullable(),
  }),
  z.object({ kind: z.literal('control') }),
]);
const ItemAnswer = z.object({
  observations: z.array(StoredObservation),
  publishing: z
    .array(z.object({ instanceId: z.string(), targetId: z.string(), since: z.string(), runUrl: z.string() }))
    .optional(),
  control: z.boolean().optional(),
});
type ItemAnswer = z.output<typeof ItemAnswer>;

const encode = (answer: { observations: readonly Observation[] } & Omit<ItemAnswer, 'observations'>): Json =>
  ItemAnswer.encode({
    ...answer,
    observations: answer.observations.map((observation) => ({ ...observation, since: null })),
  }) as Json;

export const createHealthItems =
  (powers: HealthPowers) =>
  async (context: ItemContext): Promise<Json> => {
    const input = ItemInput.parse(context.item.input);
    if (input.kind === 'control')
      return encode({
        observations: [],
        control: await powers.reachControl(AbortSignal.any([context.signal, AbortSignal.timeout(controlMs)])),
      });
    const [target] = await powers.readTargets({ kind: 'only', targetIds: [input.targetId] }, {});
    if (!target) return encode({ observations: [] });
    const client = toHealthClient(target);
    if (input.kind === 'pipeline') {
      const { fresh } = readAsked(context.operation);
      const pipeline = await powers.readPipeline(client, {
        maxAgeMs: fresh ? 0 : usualAgeMs,
        signal: context.signal,
        planJobs: (facts) => planDeployJobs(facts, client),
      });
      const now = context.now();
      // GitHub may be away while a deploy goes on: what was known of it a while ago still keeps us out.
      const runs = toKnownRuns(pipeline) ?? (await powers.readKnownRuns([target])).get(target.id) ?? null;
      return encode({
        observations: judgePipeline(client, pipeline, now),
        publishing: [...findPublishing(target, runs, now)],
      });
    }
    const environment = target.environments.find((candidate) => candidate.name === input.environment);
    if (!environment) return encode({ observations: [] });
    const api = await readApi(powers, context, {
      environment,
      targetId: target.id,
      publishing: input.publishing,
    });
    return encode({
      observations: [judgeApi({ environment: environment.name, host: new URL(environment.url).host, api })],
    });
  };

/** Nobody signs in while a run deploys there: the publish restarts the site, so the answer would say nothing of it. */
const readApi = async (
  powers: HealthPowers,
  context: ItemContext,
  { publishing, ...asked }: ProbeRequest & { publishing: Held | null },
): Promise<ApiFact> =>
  publishing === null
    ? powers.probe(context, asked)
    : {
        kind: 'publishing',
        since: new Date(publishing.since),
        runUrl: publishing.runUrl,
        at: context.now(),
      };

/** What a finished item handed on; null while it is open or when it came too late. */
export const readAnswer = (item: ItemResult | undefined): ItemAnswer | null =>
  item?.state === 'done' ? ItemAnswer.decode(item.result as z.input<typeof ItemAnswer>) : null;
