/** The variables of a repository, of its environments and of its organisation, ten a page and thirty at most. They are set by the story only. */
import { type Answer, type Route, type RouteRequest, refuseNotFound } from './routes.ts';
import { toPage } from './run-filters.ts';
import { toTime } from './shapes.ts';
import type { VariableRow } from './tables.ts';

const sizes = { usual: 10, most: 30 };

const listVariables = (
  request: RouteRequest,
  there: ReadonlyMap<string, VariableRow> | undefined,
): Answer => {
  if (!there) throw refuseNotFound();
  const variables = [...there.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = toPage(variables, request.url, variables.length, sizes);
  const shown = page.items.map(({ name, value, createdAt, updatedAt }) => ({
    name,
    value,
    created_at: toTime(createdAt),
    updated_at: toTime(updatedAt),
  }));
  return { status: 200, body: { total_count: variables.length, variables: shown }, headers: page.headers };
};

export const createVariableRoutes = (): readonly Route[] => [
  {
    method: 'GET',
    pattern: 'actions/variables',
    permission: ['actions_variables', 'read'],
    answer: (request) => listVariables(request, request.repository.variables.get('')),
  },
  {
    method: 'GET',
    pattern: 'environments/:environment/variables',
    permission: ['environments', 'read'],
    answer: (request) =>
      listVariables(
        request,
        request.repository.variables.get((request.params['environment'] ?? '').toLowerCase()),
      ),
  },
  {
    method: 'GET',
    pattern: 'actions/organization-variables',
    permission: ['actions_variables', 'read'],
    answer: (request) => listVariables(request, request.repository.organizationVariables),
  },
];
