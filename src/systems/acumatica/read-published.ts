/** Asks inside a session which customization projects are published (platform-facts E2). What is not surely a list is unknown: a wrong one could take a project away. */
import { z } from 'zod';
import type { PublishedFact } from '../../policy/deploy/facts.ts';
import type { Fact, UnknownReason } from '../../policy/health/facts.ts';
import type { GuardedResult } from '../../runtime/guarded-fetch.ts';
import { toExcerpt } from './classify-sign-in.ts';
import type { InstanceSession } from './session.ts';
import type { AcumaticaSignIn, SignInRequest, SignInResult } from './sign-in.ts';

type Answer = Extract<GuardedResult, { kind: 'answer' }>;
type Unknown = Extract<Fact<never>, { kind: 'unknown' }>;
type Redact = (text: string) => string;

const noRole = 'the account may not read customizations (role Customizer)';

/** Versions differ in the letter case of fields. */
const lowerKeys = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]))
    : value;

/** Bounded and printable: names are stored, and shown to people. */
const Name = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name));
const Project = z.preprocess(
  lowerKeys,
  z.union([
    Name,
    z.object({ name: Name }).transform(({ name }) => name),
    z.object({ key: Name }).transform(({ key }) => key),
  ]),
);
const LogEntry = z.preprocess(lowerKeys, z.object({ logtype: z.string(), message: z.string().nullish() }));
const Published = z.preprocess(
  lowerKeys,
  z.object({
    projects: z.array(Project).nullish(),
    items: z.array(z.unknown()).nullish(),
    log: z.array(LogEntry).nullish(),
  }),
);

const toUnknown = (reason: UnknownReason, say: string): Unknown => ({ kind: 'unknown', reason, say });
const sayExcerpt = (lead: string, text: string, redact: Redact): string => {
  const excerpt = toExcerpt(text, redact).toWellFormed();
  return excerpt === '' ? lead : `${lead}: ${excerpt}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const namesRole = (message: string): boolean =>
  /\bcustomizer\b|\baccess (?:is )?denied\b|\b(?:insufficient|no|not enough|sufficient) (?:access )?rights\b|\bnot authori[sz]ed\b|\bpermissions?\b/i.test(
    message,
  );

/** Errors come inside a 200; with nothing published only the log comes. */
const toProjects = ({ body, truncated }: Answer, redact: Redact): Unknown | PublishedFact => {
  if (truncated) return toUnknown('malformed', 'the list of published projects is too long to read');
  const read = Published.safeParse(parseJson(body));
  if (!read.success) return toUnknown('malformed', 'the list of published projects is not in a known form');
  const { projects, items, log } = read.data;
  const errors = (log ?? []).filter(({ logtype }) => logtype.toLowerCase() === 'error');
  if (errors.length > 0) {
    const message = errors.flatMap((entry) => entry.message ?? []).join(' ');
    return namesRole(message)
      ? toUnknown('no-access', noRole)
      : toUnknown(
          'unavailable',
          sayExcerpt('the instance could not list what is published', message, redact),
        );
  }
  if (projects) return { projects };
  const isNothing = log && (items ?? []).length === 0;
  return isNothing ? { projects: [] } : toUnknown('malformed', 'the answer names no published projects');
};

const toRefused = ({ status, body, headers }: Answer, redact: Redact): Unknown => {
  switch (status) {
    case 401:
      return toUnknown('unavailable', 'the instance ended the session');
    case 403:
      return toUnknown('no-access', noRole);
    case 404:
    case 405:
      return toUnknown('unavailable', `the instance has no customization API (${status})`);
    case 429:
      return toUnknown('rate-limited', 'the instance takes no more requests now');
    default:
      if (headers['location'] !== undefined)
        return toUnknown('unavailable', `the instance redirects elsewhere (${status})`);
      return body.includes('TargetInvocationException')
        ? toUnknown('unavailable', 'the site is restarting')
        : toUnknown('unavailable', sayExcerpt(`the instance answered ${status}`, body, redact));
  }
};

export const readPublished = async ({
  post,
  redact,
  clock,
}: InstanceSession): Promise<Fact<PublishedFact>> => {
  const answer = await post('/CustomizationApi/getPublished', '{}');
  if (answer.kind === 'failed')
    return answer.reason === 'timeout'
      ? toUnknown('timed-out', 'no answer in time')
      : toUnknown('unavailable', `connection lost (${answer.say})`);
  if (answer.status !== 200) return toRefused(answer, redact);
  const read = toProjects(answer, redact);
  return 'kind' in read ? read : { kind: 'known', value: read, observedAt: clock.now() };
};

/** A sign-in that also asks what is published, in the same session. `published` is null where it came to no end, or nobody was let in. */
export type PublishedSignIn = (
  request: Omit<SignInRequest, 'visit'>,
) => Promise<Omit<SignInResult, 'visited'> & { readonly published: Fact<PublishedFact> | null }>;

export const createPublishedSignIn =
  (signIn: AcumaticaSignIn): PublishedSignIn =>
  async (request) => {
    const { visited, ...ended } = await signIn({ ...request, visit: readPublished });
    return { ...ended, published: visited };
  };
