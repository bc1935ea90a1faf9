/** Policies and operator policies (RabbitMQ: HTTP API, `/api/policies`, `/api/operator-policies`). */
import { ChangeError } from '../../broker/arguments/change-error.ts';
import { printJson } from '../../broker/arguments/print-json.ts';
import { clearPolicy, listPolicies, previewPolicy, setPolicy } from '../../broker/operations/policies.ts';
import { APPLY_TO, type ApplyTo, type Policy, type PolicyKind } from '../../broker/policy/policy.ts';
import { isObject, type JsonObject, readObject, requireKeys } from '../http/body.ts';
import type { Role } from '../http/principal.ts';
import { badRequest, type HttpProblem, noObject } from '../http/problem.ts';
import { eachInSlices } from '../http/slices.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { byName } from '../lists/order.ts';
import { visibleVhosts } from './visible.ts';

/** Queues and exchanges that a preview names; all are counted. */
const MOST_NAMED = 200;

export const policies: readonly Resource[] = [
  { path: '/policy-preview/:vhost', GET: { role: 'policymaker', handle: preview } },
  ...resourcesOf('policy', '/policies', 'policymaker'),
  ...resourcesOf('operator_policy', '/operator-policies', 'administrator'),
];

function resourcesOf(kind: PolicyKind, path: string, maker: Role): readonly Resource[] {
  const inVhost = ({ context: { node } }: Call, vhost: string): object[] =>
    listPolicies(node, vhost, kind)
      .sort(byName)
      .map((policy) => showPolicy(vhost, policy));
  return [
    {
      path,
      GET: { role: 'management', handle: (call) => visibleVhosts(call).flatMap(({ name }) => inVhost(call, name)) },
    },
    {
      path: `${path}/:vhost`,
      GET: { role: 'management', handle: (call) => inVhost(call, call.vhost.name) },
    },
    {
      path: `${path}/:vhost/:policy`,
      GET: {
        role: maker,
        handle: ({ vhost, params }) => {
          const policy = vhost.policies.get(kind, params.policy);
          if (policy === undefined) throw noObject();
          return showPolicy(vhost.name, policy);
        },
      },
      PUT: {
        role: maker,
        handle: async ({ context: { node }, vhost, params, body }) => {
          const policy = readPolicy(params.policy, body);
          return put(await setPolicy(node, vhost.name, kind, policy).untilStored());
        },
      },
      DELETE: {
        role: maker,
        handle: async ({ context: { node }, vhost, params }) => {
          if (vhost.policies.get(kind, params.policy) === undefined) throw noObject();
          await clearPolicy(node, vhost.name, kind, params.policy).untilStored();
          return NO_CONTENT;
        },
      },
    },
  ];
}

/** A policy in the query: what it would be for, and where another counts. RabbitMQ has nothing like it. */
async function preview({ context: { node }, vhost, query }: Call): Promise<object> {
  const text = (name: string, byDefault: string): string => query.get(name) ?? byDefault;
  const kind = query.get('kind') === 'operator_policy' ? 'operator_policy' : 'policy';
  const policy = readPolicy(text('name', ''), {
    pattern: text('pattern', ''),
    'apply-to': text('apply-to', 'all'),
    priority: text('priority', '0'),
    definition: readObject(Buffer.from(text('definition', ''))),
  });
  const { entities, counting } = previewPolicy(node, vhost.name, kind, policy);
  const items: object[] = [];
  let [matched, applied] = [0, 0];
  await eachInSlices(entities, (entity) => {
    const counts = counting(entity);
    if (counts === undefined) return;
    matched++;
    const isIt = counts.name === policy.name;
    if (isIt) applied++;
    if (items.length < MOST_NAMED)
      items.push({ kind: entity.kind, name: entity.name, policy: counts.name, applies: isIt });
  });
  return { matched, applied, items };
}

function showPolicy(vhost: string, { name, pattern, applyTo, definition, priority }: Policy): object {
  return { vhost, name, pattern, 'apply-to': applyTo, definition, priority };
}

/** Throws HttpProblem 400 for a value of the wrong kind; what values make sense is the policy's own to say. */
export function readPolicy(name: string, body: JsonObject): Policy {
  requireKeys(body, ['pattern', 'definition']);
  const { pattern, definition, priority = 0, 'apply-to': applyTo = 'all' } = body;
  if (typeof pattern !== 'string') throw invalid(`pattern should be a binary but was ${printJson(pattern)}`);
  if (!isObject(definition)) throw invalid(`definition should be a map but was ${printJson(definition)}`);
  const number = typeof priority === 'string' && /^-?\d+$/.test(priority) ? Number(priority) : priority;
  if (typeof number !== 'number') throw invalid(`priority should be a number, actually was ${printJson(priority)}`);
  if (!isApplyTo(applyTo)) {
    throw invalid(`apply-to ${quoted(applyTo)} unrecognised; should be 'queues', 'exchanges' or 'all'`);
  }
  return { name, pattern, definition, priority: number, applyTo };
}

function isApplyTo(value: unknown): value is ApplyTo {
  return APPLY_TO.some((known) => known === value);
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : printJson(value);
}

function invalid(text: string): HttpProblem {
  return badRequest(new ChangeError('invalid', `Validation failed\n\n${text}\n`).message);
}
