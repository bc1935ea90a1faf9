/** Permissions and topic permissions (RabbitMQ: HTTP API, `/api/permissions`, `/api/topic-permissions`). */
import type { TopicPermissionRecord } from '../../broker/access/permissions.ts';
import { ChangeError } from '../../broker/arguments/change-error.ts';
import {
  clearPermissions,
  clearTopicPermissions,
  setPermissions,
  setTopicPermissions,
} from '../../broker/operations/permissions.ts';
import type { BrokerNode } from '../../broker/topology/broker-node.ts';
import type { PermissionRecord } from '../../store/stored-records.ts';
import { requireKeys, textIn } from '../http/body.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { byKeys } from '../lists/order.ts';

export const permissions: readonly Resource[] = [
  {
    path: '/permissions',
    GET: { role: 'administrator', handle: ({ context }) => permissionsWhere(context.node, () => true) },
  },
  {
    path: '/permissions/:name/:user',
    GET: { role: 'administrator', handle: (call) => existing(permissionsWhere(call.context.node, isMeant(call)))[0] },
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name: vhost, user }, body }) => {
        requireKeys(body, ['configure', 'write', 'read']);
        const text = (key: string): string => textIn(body, key, '');
        const record = { user, vhost, configure: text('configure'), write: text('write'), read: text('read') };
        return put(await told(() => setPermissions(node, record).untilStored()));
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name: vhost, user } }) => {
        if (!node.auth.mayAccess(user, vhost)) throw noObject();
        await clearPermissions(node, user, vhost).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/topic-permissions',
    GET: { role: 'administrator', handle: ({ context }) => topicPermissionsWhere(context.node, () => true) },
  },
  {
    path: '/topic-permissions/:name/:user',
    GET: { role: 'administrator', handle: (call) => existing(topicPermissionsWhere(call.context.node, isMeant(call))) },
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name: vhost, user }, body }) => {
        requireKeys(body, ['exchange', 'write', 'read']);
        const text = (key: string): string => textIn(body, key, '');
        const record = { user, vhost, exchange: text('exchange'), write: text('write'), read: text('read') };
        return put(await told(() => setTopicPermissions(node, record).untilStored()));
      },
    },
    DELETE: { role: 'administrator', handle: (call) => clearTopics(call, undefined) },
  },
  {
    path: '/topic-permissions/:name/:user/:exchange',
    GET: {
      role: 'administrator',
      handle: (call) => {
        const isIts = isMeant(call);
        const { exchange } = call.params;
        return existing(topicPermissionsWhere(call.context.node, (of) => isIts(of) && of.exchange === exchange))[0];
      },
    },
    DELETE: { role: 'administrator', handle: (call) => clearTopics(call, call.params.exchange) },
  },
];

export function permissionsWhere(node: BrokerNode, isWanted: (of: PermissionRecord) => boolean): PermissionRecord[] {
  return node.auth.permissions.filter(isWanted).sort(byKeys(({ vhost, user }) => [vhost, user]));
}

export function topicPermissionsWhere(
  node: BrokerNode,
  isWanted: (of: TopicPermissionRecord) => boolean,
): TopicPermissionRecord[] {
  return node.auth.topicPermissions
    .filter(isWanted)
    .sort(byKeys(({ vhost, user, exchange }) => [vhost, user, exchange]));
}

async function clearTopics(call: Call, exchange: string | undefined): Promise<unknown> {
  const {
    context: { node },
    params: { name: vhost, user },
  } = call;
  existing(topicPermissionsWhere(node, isMeant(call)));
  await clearTopicPermissions(node, user, vhost, exchange).untilStored();
  return NO_CONTENT;
}

function isMeant({ params }: Call): (of: { readonly vhost: string; readonly user: string }) => boolean {
  return ({ vhost, user }) => vhost === params.name && user === params.user;
}

function existing<Row>(rows: readonly Row[]): readonly Row[] {
  if (rows.length === 0) throw noObject();
  return rows;
}

/** RabbitMQ does not say which of the two there is not. */
async function told<Value>(change: () => Promise<Value>): Promise<Value> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof ChangeError)) throw error;
    throw badRequest(error.kind === 'not-found' ? 'vhost_or_user_not_found' : ['invalid_regexp', error.message]);
  }
}
