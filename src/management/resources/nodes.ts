/**
 * The node (RabbitMQ: HTTP API, `/api/nodes`), and what is changed of it while it runs: RabbitMQ has its commands for that, and nothing in its HTTP API.
 */
import { LOG_LEVELS, type LogLevel } from '../../config/config.ts';
import type { OtherNode } from '../../store/other-nodes.ts';
import { availableMemory } from '../../util/available-memory.ts';
import type { ManagementContext } from '../context.ts';
import { integerIn, isObject, type JsonObject, textIn } from '../http/body.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, type Reply, type Resource } from '../http/resource.ts';
import { showMemory, showMemoryShares, showNode, showOtherNode } from '../present/node.ts';

export const nodes: readonly Resource[] = [
  {
    path: '/nodes',
    GET: {
      role: 'monitoring',
      handle: async ({ view }) => [showNode(view), ...(await othersOf(view.context)).map(showOtherNode)],
    },
  },
  {
    path: '/nodes/:node',
    GET: { role: 'monitoring', handle: showOne },
    DELETE: { role: 'administrator', handle: forget },
  },
  {
    path: '/nodes/:node/memory',
    GET: { role: 'monitoring', handle: (call) => (checkNode(call), showMemory(call.context)) },
  },
  {
    path: '/nodes/:node/memory/relative',
    GET: { role: 'monitoring', handle: (call) => (checkNode(call), showMemoryShares(call.context)) },
  },
  { path: '/standby', GET: { role: 'anyone', handle: showStandby } },
  { path: '/nodes/:node/actions', POST: { role: 'administrator', handle: act } },
  { path: '/nodes/:node/settings', PUT: { role: 'administrator', handle: change } },
];

/** Throws HttpProblem 404. */
async function showOne({ view, params }: Call): Promise<object> {
  if (params.node === view.context.nodeName) return showNode(view);
  const other = (await othersOf(view.context)).find(({ name }) => name === params.node);
  if (other === undefined) throw noObject();
  return showOtherNode(other);
}

/** Throws HttpProblem 404, and 400 for one that runs. */
async function forget({ context, params: { node } }: Call): Promise<Reply> {
  const itself = node === context.nodeName;
  const came = itself ? 'runs' : ((await context.otherNodes?.forget(node)) ?? 'unknown');
  if (came === 'unknown') throw noObject();
  if (came === 'runs') throw badRequest(`Node '${node}' runs: it has to be stopped before it is forgotten`);
  return NO_CONTENT;
}

/** Without a password: a node that waits says the same of itself (src/embed/standby.ts). */
async function showStandby({ context }: Call): Promise<object> {
  const { nodeName } = context;
  const waiting = (await othersOf(context)).filter(({ waits }) => waits).map(({ name }) => name);
  return { node: nodeName, active: nodeName, waiting };
}

async function othersOf({ otherNodes }: ManagementContext): Promise<readonly OtherNode[]> {
  return (await otherNodes?.list()) ?? [];
}

/** Throws HttpProblem 404. */
export function checkNode({ context, params }: Call): void {
  if (params.node !== context.nodeName) throw noObject();
}

/** Throws HttpProblem 400. */
async function act(call: Call): Promise<Reply> {
  checkNode(call);
  const { controls } = call.context;
  const action = textIn(call.body, 'action', '');
  switch (action) {
    case 'suspend_listeners':
      controls.suspendListeners();
      return NO_CONTENT;
    case 'resume_listeners':
      await controls.resumeListeners();
      return NO_CONTENT;
    case 'drain':
      controls.drain();
      return NO_CONTENT;
    case 'revive':
      await controls.revive();
      return NO_CONTENT;
    default:
      throw badRequest(['unknown', action]);
  }
}

/** Throws HttpProblem 400, and then nothing has changed; ChangeError. */
function change(call: Call): Reply {
  checkNode(call);
  const { body, context } = call;
  const { controls } = context;
  const diskFreeLimit = amountIn(body, 'disk_free_limit');
  const memoryBudget = amountIn(body, 'memory_budget');
  const logLevel = levelIn(body);
  if (logLevel !== undefined) controls.setLogLevel(logLevel);
  if (diskFreeLimit !== undefined) controls.setDiskFreeLimit(diskFreeLimit);
  if (memoryBudget !== undefined) controls.setMemoryBudget(memoryBudget);
  return NO_CONTENT;
}

/** Bytes, or `{"relative": 0.4}` of the memory that there is. Throws HttpProblem 400. */
function amountIn(body: JsonObject, key: string): number | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  const relative = isObject(value) ? value.relative : undefined;
  const bytes = typeof relative === 'number' ? Math.floor(relative * availableMemory()) : integerIn(body, key, -1);
  if (bytes < 0) throw badRequest(`${key} has to be bytes, or {"relative": 0.4} of the memory that there is`);
  return bytes;
}

function levelIn(body: JsonObject): LogLevel | undefined {
  if (body.log_level === undefined) return undefined;
  const level = LOG_LEVELS.find((known) => known === body.log_level);
  if (level === undefined) throw badRequest(`log_level has to be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}
