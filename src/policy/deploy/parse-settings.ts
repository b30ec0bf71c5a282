/** From the text of `acuops.yaml` to what a deploy needs of it, or to a sentence with every fault. The file belongs to the client: fields that we do not use are left alone. */
import { z } from 'zod';
import { parseClientYaml } from './client-yaml.ts';
import type { ProjectSettings } from './facts.ts';

export type ParsedSettings =
  | { readonly kind: 'parsed'; readonly settings: ProjectSettings }
  | { readonly kind: 'faulty'; readonly say: string };

const file = 'acuops.yaml';
const bounds = { largestBytes: 256 * 1024, mostTokens: 20_000, refusesDoubles: true };
const mostFaultsSaid = 5;
/** A week. More can only be a slip, such as seconds instead of minutes. */
const longestCooldownMinutes = 10_080;

const aName = { error: 'a name' };
const aList = { error: 'a list of names' };
const anHour = { error: 'a whole hour from 0 to 24' };
const minutes = { error: `whole minutes from 0 to ${longestCooldownMinutes}` };

const nameWith = (allowed: { readonly error: string }) =>
  z
    .string(allowed)
    .trim()
    .regex(/^[^\p{Cc}\p{Cf}]{1,128}$/u, allowed);
const joinNames = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

const Names = z
  .array(nameWith(aList), aList)
  .nullish()
  .transform((names) => names ?? []);
const hourOr = (usual: number) =>
  z
    .int(anHour)
    .min(0, anHour)
    .max(24, anHour)
    .nullish()
    .transform((hour) => hour ?? usual);

/** A section without anything below it is null in YAML, and means the same as one that is not there. */
const section = <S extends z.ZodRawShape>(shape: S) =>
  z.preprocess((value) => value ?? {}, z.object(shape, { error: 'a group of fields' }));

const SettingsFile = section({
  project: section({
    name: nameWith(aName)
      .nullish()
      .transform((name) => name ?? null),
  }),
  publish: section({
    co_publish: Names,
    known_projects: Names,
    isv_packages: Names,
  }),
  pipeline: section({
    known_projects: Names,
    isv_packages: Names,
    test_tenant_enabled: z
      .boolean({ error: 'true or false' })
      .nullish()
      .transform((isEnabled) => isEnabled ?? false),
  }),
  client: section({ business_hours: section({ start: hourOr(6), end: hourOr(18) }) }),
  qualification: section({
    deploy_cooldown: z
      .int(minutes)
      .min(0, minutes)
      .max(longestCooldownMinutes, minutes)
      .nullish()
      .transform((count) => count ?? 15),
  }),
}).transform(
  ({ project, publish, pipeline, client, qualification }): ProjectSettings => ({
    project: project.name,
    coPublish: joinNames(publish.co_publish),
    known: joinNames(
      publish.known_projects,
      publish.isv_packages,
      pipeline.known_projects,
      pipeline.isv_packages,
    ),
    isTestTenantEnabled: pipeline.test_tenant_enabled,
    businessHours: client.business_hours,
    cooldownMinutes: qualification.deploy_cooldown,
  }),
);

const faulty = (say: string): ParsedSettings => ({ kind: 'faulty', say });

const sayAll = (faults: readonly string[]): string => {
  const [...once] = new Set(faults);
  const more = once.length - mostFaultsSaid;
  return `${once.slice(0, mostFaultsSaid).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};

/** A list's place is enough: which of its entries is wrong can be seen there. */
const toFieldPath = (path: readonly PropertyKey[]): string => {
  const entry = path.findIndex((part) => typeof part === 'number');
  return (entry === -1 ? path : path.slice(0, entry)).map(String).join('.') || 'the file';
};

/** Null: the version has no such file, so that the defaults hold. */
export const parseSettings = (text: string | null): ParsedSettings => {
  const yaml = parseClientYaml(file, text ?? '', bounds);
  if (yaml.kind === 'faulty') return yaml;
  const written = SettingsFile.safeParse(yaml.value);
  if (!written.success)
    return faulty(
      `${file}: ${sayAll(written.error.issues.map(({ path, message }) => `${toFieldPath(path)} must be ${message}`))}`,
    );
  const { start, end } = written.data.businessHours;
  if (start >= end)
    return faulty(
      `${file}: client.business_hours.start (${start}) must be before client.business_hours.end (${end})`,
    );
  return { kind: 'parsed', settings: written.data };
};
