/** The members of quorum queues (RabbitMQ: HTTP API, `/api/queues/quorum`). A broker is one node: each queue has its one member here, which stays. */
import { requireKeys, textIn } from '../http/body.ts';
import { serviceUnavailable } from '../http/problem.ts';
import { type Call, NO_CONTENT, Reply, type Resource } from '../http/resource.ts';
import { failed } from './health.ts';
import { checkNode } from './nodes.ts';
import { existingQueue } from './queues.ts';

/** RabbitMQ tells of no end when it takes members away: others do that after the answer. */
const ACCEPTED = new Reply(202);

export const replicas: readonly Resource[] = [
  { path: '/queues/quorum/:vhost/:queue/status', GET: { role: 'management', handle: showMembers } },
  { path: '/queues/quorum/:vhost/:queue/replicas/add', POST: { role: 'administrator', handle: addMember } },
  { path: '/queues/quorum/:vhost/:queue/replicas/delete', DELETE: { role: 'administrator', handle: deleteMember } },
  {
    path: '/queues/quorum/replicas/on/:node/grow',
    POST: {
      role: 'administrator',
      handle: (call) => {
        checkNode(call);
        requireKeys(call.body, ['vhost_pattern', 'queue_pattern', 'strategy']);
        return NO_CONTENT;
      },
    },
  },
  { path: '/queues/quorum/replicas/on/:node/shrink', DELETE: { role: 'administrator', handle: () => ACCEPTED } },
];

/** Without the indexes and terms of RabbitMQ's Raft log: there is none. */
function showMembers(call: Call): unknown {
  const reason = whyNotQuorum(call);
  if (reason !== undefined) return failed({ reason });
  return [{ 'Node Name': call.context.nodeName, 'Raft State': 'leader', Membership: 'voter' }];
}

/** Throws HttpProblem 404, and 503 for a node that could have no member. */
function addMember(call: Call): Reply {
  const reason = whyNotQuorum(call) ?? (isHere(call) ? undefined : 'node_not_running');
  if (reason !== undefined) throw serviceUnavailable(reason);
  return NO_CONTENT;
}

/** Throws HttpProblem 404, and 503 for the one member that there is. */
function deleteMember(call: Call): Reply {
  const reason = whyNotQuorum(call) ?? (isHere(call) ? 'last_node' : undefined);
  if (reason !== undefined) throw serviceUnavailable(reason);
  return ACCEPTED;
}

/** RabbitMQ's word for a queue without members. Throws HttpProblem 404. */
function whyNotQuorum(call: Call): string | undefined {
  const { type } = existingQueue(call);
  if (type === 'quorum') return undefined;
  return type === 'classic' ? 'classic_queue_not_supported' : 'not_quorum_queue';
}

/** Throws HttpProblem 400. */
function isHere({ body, context: { nodeName } }: Call): boolean {
  requireKeys(body, ['node']);
  return textIn(body, 'node', '') === nodeName;
}
