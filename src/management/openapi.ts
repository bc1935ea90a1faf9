/** The API in OpenAPI's form (version 3.1): a path and a method for each row of spec/http-api.json, which a test compares with the endpoints. */
import { allVerbs, type Operation, type Resource, type Verb } from './http/resource.ts';

const VERB_WORDS: Readonly<Record<Verb, string>> = {
  GET: 'Show',
  PUT: 'Create or change',
  POST: 'Add or do',
  DELETE: 'Delete',
};
/** Beside what the handler may answer with success, every endpoint may refuse. */
const SUCCESS: Readonly<Record<Verb, readonly (readonly [status: string, description: string])[]>> = {
  GET: [['200', 'As asked for']],
  PUT: [
    ['201', 'It is new'],
    ['204', 'It was there, and is as asked for now'],
  ],
  POST: [
    ['200', 'Done, with an answer'],
    ['201', 'It is new'],
    ['202', 'A job has begun'],
    ['204', 'Done'],
  ],
  DELETE: [['204', 'It is gone']],
};
const REFUSALS: readonly (readonly [status: string, description: string])[] = [
  ['400', 'The request makes no sense, or breaks a rule'],
  ['401', 'Nobody with this password, or not allowed'],
  ['404', 'There is no such thing'],
];

export function openApi(resources: readonly Resource[], version: string): object {
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
      schemas: {
        Problem: {
          type: 'object',
          properties: { error: { type: 'string' }, reason: {} },
          required: ['error', 'reason'],
        },
      },
    },
    paths: Object.fromEntries(resources.map((resource) => [pathOf(resource), pathItem(resource)])),
  };
}

/** OpenAPI writes `{vhost}` for `:vhost`. */
function pathOf({ path }: Resource): string {
  return `/api${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}

function pathItem(resource: Resource): object {
  const names = [...resource.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const operations = allVerbs(resource).map(
    (verb) => [verb.toLowerCase(), operation(resource, verb, resource[verb]!)] as const,
  );
  return { ...(parameters.length > 0 && { parameters }), ...Object.fromEntries(operations) };
}

function operation({ path }: Resource, verb: Verb, { role, accepts }: Operation): object {
  const words = path
    .slice(1)
    .replaceAll(/:(\w+)/g, '{$1}')
    .replaceAll(/[-/]/g, ' ');
  const content = { [accepts ?? 'application/json']: {} };
  const problem = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const responses = [
    ...SUCCESS[verb].map(
      ([status, description]) => [status, { description, ...(status === '200' && { content }) }] as const,
    ),
    ...REFUSALS.map(([status, description]) => [status, { description, content: problem }] as const),
  ];
  const hasBody = verb === 'PUT' || verb === 'POST';
  return {
    tags: [path.split('/')[1]],
    summary: `${VERB_WORDS[verb]} ${words}`,
    description: WHO[role],
    ...(role === 'anyone' && { security: [] }),
    ...(hasBody && { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } }),
    responses: Object.fromEntries(responses),
  };
}

const WHO: Readonly<Record<Operation['role'], string>> = {
  anyone: 'For anybody.',
  'any-user': 'For any user.',
  management: 'For users with the tag management, policymaker, monitoring or administrator.',
  monitoring: 'For users with the tag monitoring or administrator.',
  policymaker: 'For users with the tag policymaker or administrator.',
  administrator: 'For users with the tag administrator.',
};
