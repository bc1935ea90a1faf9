/** Limits of vhosts and users (RabbitMQ: HTTP API, `/api/vhost-limits`, `/api/user-limits`). */
import { setUserLimits } from '../../broker/operations/users.ts';
import { setVhostLimits } from '../../broker/operations/vhosts.ts';
import { type JsonObject, requireKeys } from '../http/body.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { NO_CONTENT, type Resource } from '../http/resource.ts';
import { byName } from '../lists/order.ts';
import { visibleVhosts } from './visible.ts';

export const limits: readonly Resource[] = [
  {
    path: '/vhost-limits',
    GET: {
      role: 'management',
      handle: (call) =>
        visibleVhosts(call).flatMap(({ name }) => row('vhost', name, call.context.node.limits.vhost(name))),
    },
  },
  {
    path: '/vhost-limits/:vhost',
    GET: {
      role: 'management',
      handle: ({ context: { node }, vhost: { name } }) => row('vhost', name, node.limits.vhost(name)),
    },
  },
  {
    path: '/vhost-limits/:vhost/:limit',
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, vhost: { name }, params, body }) => {
        await setVhostLimits(node, name, withLimit(node.limits.vhost(name), params.limit, body)).untilStored();
        return NO_CONTENT;
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, vhost: { name }, params }) => {
        await setVhostLimits(node, name, withoutLimit(node.limits.vhost(name), params.limit)).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/user-limits',
    GET: {
      role: 'management',
      handle: ({ context: { node } }) =>
        [...node.auth.users].sort(byName).flatMap(({ name }) => row('user', name, node.limits.user(name))),
    },
  },
  {
    path: '/user-limits/:user',
    GET: {
      role: 'management',
      handle: ({ context: { node }, params: { user } }) => {
        if (node.auth.user(user) === undefined) throw noObject();
        return row('user', user, node.limits.user(user));
      },
    },
  },
  {
    path: '/user-limits/:user/:limit',
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { user, limit }, body }) => {
        if (node.auth.user(user) === undefined) throw badRequest(['no_such_user', user]);
        await setUserLimits(node, user, withLimit(node.limits.user(user), limit, body)).untilStored();
        return NO_CONTENT;
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { user, limit } }) => {
        if (node.auth.user(user) === undefined) throw badRequest(['no_such_user', user]);
        await setUserLimits(node, user, withoutLimit(node.limits.user(user), limit)).untilStored();
        return NO_CONTENT;
      },
    },
  },
];

/** None without limits. */
function row(kind: 'vhost' | 'user', name: string, value: object): object[] {
  return Object.keys(value).length === 0 ? [] : [{ [kind]: name, value }];
}

function withLimit(current: object, limit: string, body: JsonObject): JsonObject {
  requireKeys(body, ['value']);
  return { ...current, [limit]: body.value };
}

function withoutLimit(current: object, limit: string): JsonObject {
  return Object.fromEntries(Object.entries(current).filter(([name]) => name !== limit));
}
