/** Policies and operator policies (RabbitMQ: HTTP API, `/api/policies`, `/api/operator-policies`). */
import { ChangeError } from '../../broker/arguments/change-error.ts';
import { printJson } from '../../broker/arguments/print-json.ts';
import { clearPolicy, listPolicies, setPolicy } from '../../broker/operations/policies.ts';
import { APPLY_TO, type ApplyTo, type Policy, type PolicyKind } from '../../broker/policy/policy.ts';
import { isObject, type JsonObject, requireKeys } from '../http/body.ts';
import type { Role } from '../http/principal.ts';
import { badRequest, type HttpProblem, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { byName } from '../lists/order.ts';
import { visibleVhosts } from './visible.ts';

export const policies: readonly Resource[] = [
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
        role: 'management',
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
          return put(await setPolicy(node, vhost.name, kind, policy).stored());
        },
      },
      DELETE: {
        role: maker,
        handle: async ({ context: { node }, vhost, params }) => {
          if (vhost.policies.get(kind, params.policy) === undefined) throw noObject();
          await clearPolicy(node, vhost.name, kind, params.policy).stored();
          return NO_CONTENT;
        },
      },
    },
  ];
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
