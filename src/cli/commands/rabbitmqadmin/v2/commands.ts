/** What rabbitmqadmin of RabbitMQ 4.x does: for most of it the same as the older form does, by other words. */
import { EXIT } from '../../../exit-codes.ts';
import { path } from '../../api.ts';
import { CommandError } from '../../command-error.ts';
import { ACTIONS, type AdminCall, declare, jsonIn, readFrom, remove, writeTo } from '../actions.ts';
import type { AdminConnection } from '../connection.ts';
import { CLOSABLE, DECLARABLE, DELETABLE, PURGABLE, type Actions } from '../objects.ts';

export interface LaterCall {
  readonly connection: AdminConnection;
  readonly vhost: string | undefined;
  readonly given: ReadonlyMap<string, string>;
  readonly idempotently: boolean;
}

/** A list, a text, or nothing: what is done says nothing. */
export type Answer = undefined | string | readonly Readonly<Record<string, unknown>>[];

const USER_LIMIT = '/user-limits/{user}/{name}';
/** What this form has beside the older one's. */
const LATER_DECLARABLE: Actions = {
  ...DECLARABLE,
  vhost: {
    ...DECLARABLE.vhost,
    optional: { tracing: undefined, description: undefined, default_queue_type: undefined },
  },
  user_limit: { path: USER_LIMIT, needed: ['user', 'name', 'value'], json: ['value'] },
};
const LATER_DELETABLE: Actions = { ...DELETABLE, user_limit: { path: USER_LIMIT, needed: ['user', 'name'] } };

/** The singular that a group of commands is about. */
const SINGULAR: Readonly<Record<string, string>> = {
  bindings: 'binding',
  connections: 'connection',
  exchanges: 'exchange',
  operator_policies: 'operator_policy',
  parameters: 'parameter',
  permissions: 'permission',
  policies: 'policy',
  queues: 'queue',
  streams: 'stream',
  users: 'user',
  vhosts: 'vhost',
  vhost_limits: 'vhost_limit',
};
/** Other names of the verbs. */
const VERBS: Readonly<Record<string, string>> = { set: 'declare', clear: 'delete' };

const LISTS: Readonly<Record<string, { readonly byVhost?: true; readonly columns: readonly string[] }>> = {
  queues: {
    byVhost: true,
    columns: ['vhost', 'name', 'type', 'durable', 'auto_delete', 'arguments', 'policy', 'messages', 'consumers'],
  },
  exchanges: { byVhost: true, columns: ['vhost', 'name', 'type', 'durable', 'auto_delete', 'arguments'] },
  bindings: {
    byVhost: true,
    columns: ['vhost', 'source', 'destination', 'destination_type', 'routing_key', 'arguments', 'properties_key'],
  },
  connections: { columns: ['name', 'vhost', 'user', 'state', 'channels', 'protocol', 'peer_host', 'peer_port'] },
  channels: { columns: ['name', 'vhost', 'user', 'state', 'consumer_count', 'messages_unacknowledged'] },
  consumers: { byVhost: true, columns: ['consumer_tag', 'queue', 'ack_required', 'prefetch_count', 'active'] },
  users: { columns: ['name', 'tags', 'password_hash'] },
  vhosts: { columns: ['name', 'tags', 'description', 'default_queue_type'] },
  permissions: { columns: ['user', 'vhost', 'configure', 'read', 'write'] },
  policies: { byVhost: true, columns: ['name', 'vhost', 'pattern', 'apply-to', 'priority', 'definition'] },
  operator_policies: { byVhost: true, columns: ['name', 'vhost', 'pattern', 'apply-to', 'priority', 'definition'] },
  parameters: { columns: ['name', 'vhost', 'component', 'value'] },
  global_parameters: { columns: ['name', 'value'] },
  vhost_limits: { columns: ['vhost', 'value'] },
  user_limits: { columns: ['user', 'value'] },
  streams: {
    byVhost: true,
    columns: ['vhost', 'name', 'type', 'arguments', 'policy', 'messages', 'consumers'],
  },
  nodes: { columns: ['name', 'type', 'running', 'uptime', 'mem_used', 'fd_used', 'sockets_used'] },
  feature_flags: { columns: ['name', 'state', 'desc', 'stability'] },
};

const CHECKS: Readonly<Record<string, string>> = {
  local_alarms: 'local-alarms',
  cluster_wide_alarms: 'alarms',
  node_is_quorum_critical: 'node-is-quorum-critical',
};

/** Throws AdminError, CommandError. */
export async function perform(first: string, second: string, call: LaterCall): Promise<Answer> {
  const [verb, kind] = Object.hasOwn(SINGULAR, first) ? [VERBS[second] ?? second, SINGULAR[first]] : [first, second];
  if (verb === 'list' || second === 'list') return list(second === 'list' ? first : second, call);
  switch (verb) {
    case 'declare':
      return change(kind, call, LATER_DECLARABLE, declare);
    case 'delete':
      return kind === 'binding' ? deleteBinding(call) : change(kind, call, LATER_DELETABLE, remove);
    case 'purge':
      return change(kind, call, PURGABLE, remove);
    case 'close':
      return change(kind, call, CLOSABLE, remove);
    case 'publish':
      return (await ACTIONS.publish(older(call, wordsOf(call.given)))).note;
    case 'get': {
      const { ack_mode: ackmode, ...rest } = Object.fromEntries(call.given);
      const words = wordsOf(new Map(Object.entries(ackmode === undefined ? rest : { ...rest, ackmode })));
      const { answer } = await ACTIONS.get(older(call, words, 'raw_json'));
      return JSON.parse(answer!) as Answer;
    }
    case 'enable_deletion_protection':
      if (kind === 'vhost') return protectVhost('POST', call);
      break;
    case 'disable_deletion_protection':
      if (kind === 'vhost') return protectVhost('DELETE', call);
      break;
    case 'show':
      if (second === 'overview') return overview(call);
      break;
    case 'health_check':
      return check(second, call);
    case 'definitions':
      if (second === 'export' || second === 'import') return definitions(second, call);
      break;
    case 'export':
    case 'import':
      if (second === 'definitions') return definitions(first, call);
      break;
    case 'rebalance':
      await call.connection.ask('POST', '/rebalance/queues', '{}');
      return undefined;
  }
  throw new CommandError(EXIT.usage, `error: unrecognized subcommand '${first} ${second}'`);
}

async function list(kind: string, { connection, vhost }: LaterCall): Promise<Answer> {
  if (!Object.hasOwn(LISTS, kind)) throw new CommandError(EXIT.usage, `error: unrecognized subcommand 'list ${kind}'`);
  const { byVhost, columns } = LISTS[kind];
  const at = `/${kind === 'streams' ? 'queues' : kind.replaceAll('_', '-')}`;
  const json = await connection.ask('GET', byVhost && vhost !== undefined ? at + path`/${vhost}` : at);
  const rows = JSON.parse(json) as readonly Record<string, unknown>[];
  const listed = kind === 'streams' ? rows.filter(({ type }) => type === 'stream') : rows;
  return listed.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
}

async function change(
  kind: string,
  call: LaterCall,
  all: Actions,
  act: (call: AdminCall, all: Actions) => Promise<unknown>,
): Promise<undefined> {
  const declares = act === declare;
  const given = new Map(call.given);
  if (kind === 'stream') {
    given.set('type', 'stream');
    const age = given.get('expiration');
    const rest = jsonIn(given.get('arguments') ?? '{}') as object;
    const bytes = given.get('max_length_bytes');
    const more = { ...(age && { 'x-max-age': age }), ...(bytes && { 'x-max-length-bytes': Number(bytes) }) };
    if (declares) given.set('arguments', JSON.stringify({ ...rest, ...more }));
    for (const name of ['expiration', 'max_length_bytes']) given.delete(name);
  }
  const name = kind === 'stream' ? 'queue' : kind === 'permissions' ? 'permission' : kind;
  if (!Object.hasOwn(all, name)) throw new CommandError(EXIT.usage, `error: there is no such command for '${kind}'`);
  rename(given, 'applies_to', 'apply-to');
  rename(given, 'apply_to', 'apply-to');
  if (name === 'queue') rename(given, 'type', declares ? 'queue_type' : '');
  if (name === 'user' && declares && !given.has('tags')) given.set('tags', '');
  if (all[name].needed.includes('vhost') && !given.has('vhost')) given.set('vhost', call.vhost ?? '/');
  try {
    await act(older(call, [name, ...wordsOf(given)]), all);
  } catch (error) {
    // What is not there is deleted, if that is what was asked for.
    if (!call.idempotently || !(error as Error).message.startsWith('*** Not found')) throw error;
  }
  return undefined;
}

function rename(given: Map<string, string>, from: string, to: string): void {
  const value = given.get(from);
  given.delete(from);
  if (value !== undefined && to !== '') given.set(to, value);
}

/** The API deletes a binding by a key of its own, which is found by what the binding is. */
async function deleteBinding(call: LaterCall): Promise<undefined> {
  const { connection, given, vhost = '/' } = call;
  const [source, type, name] = ['source', 'destination_type', 'destination'].map((key) => given.get(key) ?? '');
  const between = path`/bindings/${vhost}/e/${source}/` + `${type[0] ?? 'q'}` + path`/${name}`;
  const json = await connection.ask('GET', between);
  const found = JSON.parse(json) as readonly { routing_key: string; arguments: object; properties_key: string }[];
  const wanted = JSON.stringify(jsonIn(given.get('arguments') ?? '{}'));
  const binding = found.find(
    (one) => one.routing_key === given.get('routing_key') && JSON.stringify(one.arguments) === wanted,
  );
  if (binding !== undefined) await connection.ask('DELETE', `${between}${path`/${binding.properties_key}`}`);
  else if (!call.idempotently) throw new CommandError(EXIT.data, 'there is no such binding');
  return undefined;
}

async function protectVhost(method: 'POST' | 'DELETE', { connection, given }: LaterCall): Promise<undefined> {
  const name = given.get('name');
  if (name === undefined) throw new CommandError(EXIT.usage, 'error: --name <name> is needed');
  await connection.ask(method, path`/vhosts/${name}/deletion/protection`);
  return undefined;
}

async function overview({ connection }: LaterCall): Promise<Answer> {
  const facts = JSON.parse(await connection.ask('GET', '/overview')) as Readonly<Record<string, string>>;
  const rows = [
    ['Product name', facts.product_name],
    ['Product version', facts.product_version],
    ['RabbitMQ version', facts.rabbitmq_version],
    ['Erlang version', facts.erlang_version],
    ['Erlang details', facts.erlang_full_version],
  ];
  return rows.map(([key, value]) => ({ key, value }));
}

async function check(name: string, { connection, given }: LaterCall): Promise<string> {
  const about = { port_listener: 'port', protocol_listener: 'protocol' }[name];
  const at =
    about === undefined ? CHECKS[name] : `${name.replace('_', '-')}/${encodeURIComponent(given.get(about) ?? '')}`;
  if (at === undefined) throw new CommandError(EXIT.usage, `error: unrecognized subcommand 'health_check ${name}'`);
  await connection.ask('GET', `/health/checks/${at}`);
  return 'health check passed';
}

async function definitions(verb: string, { connection, given, vhost }: LaterCall): Promise<Answer> {
  const at = vhost === undefined ? '/definitions' : path`/definitions/${vhost}`;
  const file = given.get('file');
  if (file === undefined) throw new CommandError(EXIT.usage, 'error: --file <path> is needed');
  if (verb === 'import') {
    await connection.ask('POST', at, readFrom(file));
    return undefined;
  }
  writeTo(file, await connection.ask('GET', at));
  return undefined;
}

function wordsOf(given: ReadonlyMap<string, string>): readonly string[] {
  return Array.from(given, ([name, value]) => `${name}=${value}`);
}

/** The call as the older form has it. */
function older({ connection, vhost }: LaterCall, words: readonly string[], format = 'table'): AdminCall {
  return {
    words,
    option: (key) => (key === 'vhost' ? vhost : undefined),
    connection,
    list: { format, depth: 1, verbose: true },
    input: () => Promise.resolve(Buffer.alloc(0)),
  };
}
