/** Users (RabbitMQ: HTTP API, `/api/users`). */
import { DEFAULT_HASHING_ALGORITHM } from '../../broker/access/passwords.ts';
import { checkAccess } from '../../broker/operations/access-check.ts';
import { deleteUser, putUser } from '../../broker/operations/users.ts';
import type { BrokerNode } from '../../broker/topology/broker-node.ts';
import type { UserRecord } from '../../store/stored-records.ts';
import { isBase64 } from '../http/base64.ts';
import { type JsonObject, requireKeys, textIn } from '../http/body.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { byName } from '../lists/order.ts';
import { permissionsWhere, topicPermissionsWhere } from './permissions.ts';
import { readTags } from './tags.ts';

export const users: readonly Resource[] = [
  {
    path: '/users',
    GET: { role: 'administrator', handle: ({ context: { node } }) => usersWhere(node, () => true) },
  },
  {
    path: '/users/without-permissions',
    GET: {
      role: 'administrator',
      handle: ({ context: { node } }) => {
        const permitted = new Set(node.auth.permissions.map(({ user }) => user));
        return usersWhere(node, ({ name }) => !permitted.has(name));
      },
    },
  },
  { path: '/users/bulk-delete', POST: { role: 'administrator', handle: deleteMany } },
  {
    path: '/users/:user',
    GET: { role: 'administrator', handle: (call) => showUser(call.context.node, existing(call)) },
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { user }, body }) => {
        return put(await putUser(node, await readUser(node, user, body)).untilStored());
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async (call) => {
        await deleteUser(call.context.node, existing(call).name).untilStored();
        return NO_CONTENT;
      },
    },
  },
  { path: '/users/:user/access', GET: { role: 'administrator', handle: showAccess } },
  {
    path: '/users/:user/permissions',
    GET: {
      role: 'administrator',
      handle: (call) => {
        const { name } = existing(call);
        return permissionsWhere(call.context.node, ({ user }) => user === name);
      },
    },
  },
  {
    path: '/users/:user/topic-permissions',
    GET: {
      role: 'administrator',
      handle: (call) => {
        const { name } = existing(call);
        return topicPermissionsWhere(call.context.node, ({ user }) => user === name);
      },
    },
  },
];

const OPERATIONS = ['configure', 'write', 'read'] as const;

/** `vhost`, `operation`, `kind`, `name` and `routing_key` in the query: may the user, and which rule says so? RabbitMQ has nothing like it. */
function showAccess(call: Call): object {
  const { context, query } = call;
  const operation = OPERATIONS.find((known) => known === query.get('operation'));
  if (operation === undefined) throw badRequest(`operation has to be one of ${OPERATIONS.join(', ')}`);
  const kind = query.get('kind') === 'queue' ? 'queue' : 'exchange';
  const name = query.get('name') ?? '';
  const rules = checkAccess(context.node, {
    user: existing(call).name,
    vhost: query.get('vhost') ?? '/',
    operation,
    kind,
    name: kind === 'exchange' && name === '' ? 'amq.default' : name,
    routingKey: query.get('routing_key'),
  });
  return { allowed: rules.every(({ allows }) => allows), rules };
}

function existing({ context: { node }, params: { user } }: Call): UserRecord {
  const record = node.auth.user(user);
  if (record === undefined) throw noObject();
  return record;
}

function usersWhere(node: BrokerNode, isWanted: (user: UserRecord) => boolean): object[] {
  return [...node.auth.users]
    .filter(isWanted)
    .sort(byName)
    .map((user) => showUser(node, user));
}

function showUser(node: BrokerNode, { name, passwordHash, hashingAlgorithm, tags }: UserRecord): object {
  return {
    name,
    password_hash: passwordHash,
    hashing_algorithm: hashingAlgorithm,
    tags,
    limits: node.limits.user(name),
  };
}

/** Rejects with HttpProblem 400, or ChangeError `invalid`. A user without password cannot log in by one. */
async function readUser(node: BrokerNode, name: string, body: JsonObject): Promise<UserRecord> {
  if (!Object.hasOwn(body, 'tags') && !Object.hasOwn(body, 'administrator')) throw badRequest('tags_not_present');
  const tags = readTags(body.tags);
  const password = body.password === undefined ? undefined : textIn(body, 'password', '');
  const hash = body.password_hash === undefined ? undefined : textIn(body, 'password_hash', '');
  if (password !== undefined && hash !== undefined) throw badRequest('both_password_and_password_hash_are_provided');
  if (password !== undefined && password !== '') {
    node.passwords.check(password);
    return node.passwords.userWith(name, password, tags);
  }
  if (hash !== undefined && !isBase64(hash)) throw badRequest(['not_base64', hash]);
  const hashingAlgorithm = textIn(body, 'hashing_algorithm', DEFAULT_HASHING_ALGORITHM);
  return { name, passwordHash: hash ?? '', hashingAlgorithm, tags };
}

/** Those that there are go, even if one of the others is unknown: so does RabbitMQ. */
async function deleteMany({ context: { node }, body }: Call): Promise<unknown> {
  requireKeys(body, ['users']);
  const names: unknown = body.users;
  if (!Array.isArray(names)) throw badRequest('users must be a list');
  let unknown: string | undefined;
  for (const name of names.map(String)) {
    if (node.auth.user(name) === undefined) unknown ??= name;
    else await deleteUser(node, name).untilStored();
  }
  if (unknown !== undefined) throw badRequest(['no_such_user', unknown]);
  return NO_CONTENT;
}
