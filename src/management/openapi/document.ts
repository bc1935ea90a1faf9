/**
 * The API in OpenAPI's form (version 3.1), made from the table in `spec/http-api.json`, of which a test sees that it says of each endpoint what that does.
 */
import rows from '../../../spec/http-api.json' with { type: 'json' };
import type { Operation } from '../http/resource.ts';
import { NAMED_SCHEMAS, schemaOf } from './schemas.ts';

/** What one method of one path takes and answers. Bodies are written as in `spec/http-api-shapes.json`, or by their media type if they are no JSON. */
interface Row {
  readonly method: string;
  readonly path: string;
  readonly role: Operation['role'];
  readonly summary: string;
  /** Names in the query, but for those that each of its kind takes: `queryOf`. */
  readonly query?: readonly string[];
  readonly body?: string;
  /** By status; null: without a body. */
  readonly answers: Readonly<Record<string, string | null>>;
}

const WHO: Readonly<Record<Row['role'], string>> = {
  anyone: 'For anybody.',
  management: 'For users with the tag management, policymaker, monitoring or administrator.',
  monitoring: 'For users with the tag monitoring or administrator.',
  policymaker: 'For users with the tag policymaker or administrator.',
  administrator: 'For users with the tag administrator.',
};

const MEANINGS: Readonly<Record<string, string>> = {
  200: 'As asked for',
  201: 'It is new',
  202: 'It has begun',
  204: 'Done',
  302: 'It is elsewhere',
  400: 'The request makes no sense, or breaks a rule',
  401: 'Nobody with this password, or not allowed',
  404: 'There is no such thing',
  412: 'Somebody said that it must stay',
  503: 'It does not hold',
};
/** Every endpoint may refuse. */
const REFUSALS = { 400: 'Problem', 401: 'Problem', 404: 'Problem' };

export function openApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leveret HTTP API',
      version,
      description:
        "RabbitMQ's management HTTP API, and what Leveret has beyond it. Names in paths are percent-encoded: the vhost / is %2F.",
    },
    security: [{ basic: [] }],
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: NAMED_SCHEMAS,
    },
    paths: Object.fromEntries(
      Array.from(
        Map.groupBy(rows as unknown as Row[], ({ path }) => path),
        ([path, methods]) => [path.replaceAll(/:(\w+)/g, '{$1}'), pathItem(path, methods)],
      ),
    ),
  };
}

function pathItem(path: string, methods: readonly Row[]): object {
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => parameter(name, 'path'));
  return {
    ...(parameters.length > 0 && { parameters }),
    ...Object.fromEntries(methods.map((row) => [row.method.toLowerCase(), operation(row)])),
  };
}

function parameter(name: string, place: 'path' | 'query'): object {
  return { name, in: place, required: place === 'path', schema: { type: 'string' } };
}

function operation(row: Row): object {
  const { path, role, summary, body, answers } = row;
  const query = queryOf(row);
  const responses = Object.entries<string | null>({ ...REFUSALS, ...answers }).map(([status, shape]) => [
    status,
    { description: MEANINGS[status], ...(shape !== null && { content: contentOf(shape) }) },
  ]);
  return {
    tags: [path.split('/')[2]],
    summary,
    description: WHO[role],
    ...(role === 'anyone' && { security: [] }),
    ...(query.length > 0 && { parameters: query.map((name) => parameter(name, 'query')) }),
    ...(body !== undefined && { requestBody: { content: contentOf(body) } }),
    responses: Object.fromEntries(responses) as object,
  };
}

/** What is listed is sorted, and all that is objects is cut down to columns (dispatch.ts). */
function queryOf({ method, query = [], answers: { 200: shape } }: Row): readonly string[] {
  if (method !== 'GET' || typeof shape !== 'string' || shape.includes('/') || shape === 'string') return query;
  return [...query, ...(shape.includes('[]') ? ['sort', 'sort_reverse'] : []), 'columns'];
}

function contentOf(shape: string): object {
  return shape.includes('/') ? { [shape]: {} } : { 'application/json': { schema: schemaOf(shape) } };
}
