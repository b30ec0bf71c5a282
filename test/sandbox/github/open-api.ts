/** Checks a body against GitHub's own OpenAPI description, by operation and status or by webhook. Reads the description once per test file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** OpenAPI 3.0 says `nullable`, JSON Schema says a type more. Kept out: `example`, whose content is no schema. */
const toJsonSchema = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => toJsonSchema(item));
  if (!isNode(value)) return value;
  const { nullable, example: _example, examples: _examples, ...rest } = value;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, item]) => [name, toJsonSchema(item)]));
  if (nullable !== true) return schema;
  return { anyOf: [schema, { type: 'null' }] };
};

const pick = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((node, name) => (isNode(node) ? node[name] : undefined), value);

export interface OpenApi {
  /** Empty where the body fits. `path` is written as in the description: `/repos/{owner}/{repo}/actions/runs`. */
  findFaults(method: string, path: string, status: number, body: unknown): readonly string[];
  /** For instance `workflow-run-completed`. */
  findWebhookFaults(name: string, payload: unknown): readonly string[];
}

export const createOpenApi = (): OpenApi => {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
  const description: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  formats.default(ajv);
  ajv.addFormat('timestamp', true);
  ajv.addFormat('uri-template', true);
  ajv.addSchema({ $id: 'github', components: toJsonSchema(pick(description, ['components'])) });
  const compiled = new Map<string, ValidateFunction>();

  const validate = (name: string, path: readonly string[], body: unknown): readonly string[] => {
    const found = pick(description, path);
    if (found === undefined) return [`the description has no ${name}`];
    const schema =
      isNode(found) && typeof found['$ref'] === 'string' ? { $ref: `github${found['$ref']}` } : found;
    const check = compiled.get(name) ?? ajv.compile(toLocal(toJsonSchema(schema)));
    compiled.set(name, check);
    if (check(body)) return [];
    return (check.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
    );
  };

  return {
    findFaults: (method, path, status, body) => {
      const operation = pick(description, ['paths', path, method.toLowerCase()]);
      const answer = pick(operation, ['responses', String(status)]);
      const reference = pick(answer, ['$ref']);
      const place =
        typeof reference === 'string'
          ? reference.split('/').slice(1)
          : ['paths', path, method.toLowerCase(), 'responses', String(status)];
      const content = pick(description, [...place, 'content']);
      const types = isNode(content) ? Object.keys(content) : [];
      const type = types.find((one) => one === 'application/json') ?? types[0];
      if (answer === undefined) return [`${method} ${path} has no answer ${status}`];
      if (type === undefined) return body === undefined ? [] : [`${method} ${path} ${status} has no body`];
      return validate(`${method} ${path} ${status}`, [...place, 'content', type, 'schema'], body);
    },
    findWebhookFaults: (name, payload) => {
      const place = ['x-webhooks', name, 'post', 'requestBody', 'content', 'application/json', 'schema'];
      return validate(name, place, payload);
    },
  };
};

/** References inside a schema that stands outside the description are made to point into it. */
const toLocal = (value: unknown): Node => {
  const text = JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"github#/');
  const schema: unknown = JSON.parse(text);
  return isNode(schema) ? schema : {};
};
