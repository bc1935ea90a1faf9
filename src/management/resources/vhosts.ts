/** Virtual hosts (RabbitMQ: HTTP API, `/api/vhosts`). */
import { QUEUE_TYPES, type QueueType } from '../../broker/arguments/queue-type.ts';
import { deleteVhost, protectVhost, putVhost } from '../../broker/operations/vhosts.ts';
import type { VhostSpec } from '../../broker/topology/vhosts.ts';
import { booleanIn, type JsonObject, objectIn, textIn } from '../http/body.ts';
import { badRequest, noObject, notFound } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import { VHOST_FIELDS } from '../present/vhost.ts';
import { permissionsWhere, topicPermissionsWhere } from './permissions.ts';
import { readTags } from './tags.ts';
import { visibleVhosts } from './visible.ts';

export const vhosts: readonly Resource[] = [
  {
    path: '/vhosts',
    GET: {
      role: 'management',
      handle: (call) => {
        const of = { fields: VHOST_FIELDS, view: call.view, subjects: visibleVhosts(call) };
        return list(call.query, { ...of, nameOf: ({ name }) => name, paged: true });
      },
    },
  },
  {
    path: '/vhosts/:name',
    GET: {
      role: 'administrator',
      handle: ({ context, params: { name }, view }) => {
        const vhost = context.node.vhost(name);
        if (vhost === undefined) throw noObject();
        return show(VHOST_FIELDS, vhost, view);
      },
    },
    PUT: {
      role: 'administrator',
      handle: async (call) => {
        const { context, principal, params, body } = call;
        const { node } = context;
        const tracing = booleanIn(body, 'tracing', undefined);
        const receipt = putVhost(node, { name: params.name, ...readVhost(call, body) }, principal.name);
        if (tracing !== undefined) node.observers.trace(node.existingVhost(params.name), tracing);
        return put(await receipt.untilStored());
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name } }) => {
        if (node.vhost(name) === undefined) throw noObject();
        await deleteVhost(node, name).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/vhosts/:name/deletion/protection',
    POST: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name } }) => {
        if (node.vhost(name) === undefined) {
          throw notFound(`Cannot enable deletion protection of virtual host '${name}' because it does not exist`);
        }
        await protectVhost(node, name, true).untilStored();
        return NO_CONTENT;
      },
    },
    DELETE: {
      role: 'administrator',
      handle: async ({ context: { node }, params: { name } }) => {
        if (node.vhost(name) === undefined) throw noObject();
        await protectVhost(node, name, false).untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/vhosts/:vhost/start/:node',
    POST: {
      role: 'administrator',
      handle: ({ context, params }) => {
        // A vhost of this broker is always started.
        if (params.node === context.nodeName) return NO_CONTENT;
        throw badRequest(`Request to node ${params.node} failed with nodedown`);
      },
    },
  },
  {
    path: '/vhosts/:vhost/permissions',
    GET: {
      role: 'administrator',
      handle: ({ context, vhost: { name } }) => permissionsWhere(context.node, ({ vhost }) => vhost === name),
    },
  },
  {
    path: '/vhosts/:vhost/topic-permissions',
    GET: {
      role: 'administrator',
      handle: ({ context, vhost: { name } }) => topicPermissionsWhere(context.node, ({ vhost }) => vhost === name),
    },
  },
];

/** What is left out stays as it is. Throws HttpProblem 400. */
function readVhost({ context: { node }, params }: Call, body: JsonObject): Omit<VhostSpec, 'name'> {
  const current = node.vhostSpec(params.name);
  const metadata = objectIn(body, 'metadata');
  const given = { ...metadata, ...body };
  return {
    description: textIn(given, 'description', current?.description ?? ''),
    tags: given.tags === undefined ? (current?.tags ?? []) : readTags(given.tags),
    defaultQueueType: readQueueType(given.default_queue_type ?? given.defaultqueuetype, current?.defaultQueueType),
    protectedFromDeletion: booleanIn(given, 'protected_from_deletion', undefined),
  };
}

function readQueueType(value: unknown, current: QueueType | undefined): QueueType | undefined {
  if (value === undefined || value === null) return current;
  if (value === 'undefined') return undefined;
  const type = QUEUE_TYPES.find((known) => known === value || `rabbit_${known}_queue` === value);
  if (type === undefined) throw badRequest(`Unsupported default queue type '${JSON.stringify(value)}'`);
  return type;
}
