/** What an Acumatica site says of its published customization projects: per tenant, and only to accounts that may look. Who is signed in is decided before. */
import type { Session } from './instance.ts';

export const publishedPath = '/CustomizationApi/getPublished';

export interface CustomizationInput {
  /** Names of the published projects by tenant; left out: nothing is published. */
  readonly published?: Readonly<Record<string, readonly string[]>> | undefined;
  /** How fields are written; versions differ. Left out: camel. */
  readonly fieldCase?: 'camel' | 'pascal' | undefined;
  /** How a missing role is told; versions differ. Left out: 200 with an error in the log. */
  readonly noRoleStatus?: 200 | 403 | undefined;
}

type Fields = { readonly [name: string]: string | readonly Fields[] };

export interface PublishedAnswer {
  readonly status: 200 | 403;
  readonly body: string;
}

const toPascal = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, Fields[string]] => [
      `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      typeof value === 'string' ? value : value.map(toPascal),
    ]),
  );

export const createCustomization = (input: CustomizationInput, clock: () => number) => {
  const published = new Map(Object.entries(input.published ?? {}));
  const withoutRole = new Set<string>();

  const toLog = (logType: string, message: string): readonly Fields[] => [
    { timestamp: new Date(clock()).toISOString(), logType, message },
  ];

  const toFields = ({ user, tenant }: Session): Fields => {
    if (withoutRole.has(user))
      return { log: toLog('error', `The user ${user} does not have the Customizer role.`) };
    const log = toLog('information', 'The list of published projects was read.');
    const projects = published.get(tenant) ?? [];
    if (projects.length === 0) return { log };
    return {
      projects: projects.map((name) => ({ name })),
      items: projects.map((name) => ({ key: `Graph#${name}`, screenId: '', type: 'Graph' })),
      log,
    };
  };

  return {
    readPublished: (session: Session): PublishedAnswer => {
      if (withoutRole.has(session.user) && input.noRoleStatus === 403)
        return { status: 403, body: JSON.stringify({ message: 'Access to the resource is forbidden.' }) };
      const fields = toFields(session);
      return { status: 200, body: JSON.stringify(input.fieldCase === 'pascal' ? toPascal(fields) : fields) };
    },
    setPublished: (tenant: string, projects: readonly string[]): void => {
      published.set(tenant, projects);
    },
    setCustomizer: (user: string, isCustomizer: boolean): void => {
      if (isCustomizer) withoutRole.delete(user);
      else withoutRole.add(user);
    },
  };
};
