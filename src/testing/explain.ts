/** What an error of a wait tells beside what was waited for: what came instead, what went nowhere, and which binding was nearest. */
import { nearest } from '../config/nearest.ts';
import type { Binding } from '../broker/routing/exchange/binding.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { LogEntry } from './log/log-entry.ts';
import { printMessage, type Received } from './log/received.ts';

/** A broker, and what happened in it. */
interface Told {
  readonly node: BrokerNode;
  readonly recorder: Iterable<LogEntry>;
}

/** A queue by its name: it may not be there. */
export interface Place {
  readonly vhost: string;
  readonly name: string;
}

/** How many messages are listed. */
const LISTED = 10;

export function noSuchQueue({ node }: Pick<Told, 'node'>, { vhost, name }: Place): string {
  const found = node.vhost(vhost);
  if (found === undefined) return noSuchVhost(node.vhosts, vhost);
  const names = Array.from(found.queues, (queue) => queue.name);
  const guess = nearest(name, names);
  const there = names.length === 0 ? 'none is declared' : `declared are ${listed(names.map((other) => `'${other}'`))}`;
  return `There is no queue '${name}' in vhost '${vhost}'${guess === undefined ? '' : `; did you mean '${guess}'?`} (${there})`;
}

export function noSuchVhost(vhosts: readonly Vhost[], name: string): string {
  return `There is no vhost '${name}', only ${listed(vhosts.map((vhost) => `'${vhost.name}'`))}`;
}

/** What came to the queue, and what was published and went to no queue at all. */
export function cameInstead({ recorder, node }: Told, { vhost }: Place, received: readonly Received[]): string {
  const lost = [...recorder].filter(
    (entry) => entry.vhost === vhost && (entry.kind === 'unroutable' || entry.kind === 'returned'),
  );
  const lines = [received.length === 0 ? 'No message came to it.' : `Instead ${received.length} came to it:`];
  lines.push(...shown(received));
  if (lost.length > 0) lines.push(`${lost.length} went to no queue:`);
  for (const { message } of lost.slice(-LISTED)) {
    if (message !== undefined) lines.push(`  ${printMessage(message)}; ${whyUnroutable(node.vhost(vhost), message)}`);
  }
  lines.push(...errorsIn(recorder, vhost));
  return lines.join('\n');
}

/** What channels and connections of a vhost were closed for: an application that is refused what it declares takes nothing. */
function errorsIn(recorder: Iterable<LogEntry>, vhost: string): string[] {
  const errors = [...recorder].filter((entry) => entry.vhost === vhost && entry.kind === 'error');
  const last = errors.at(-1);
  if (last?.error === undefined) return [];
  return [`Channels or connections were closed for errors (${errors.length}), the last: ${last.error.text}`];
}

/** Which binding of its exchange comes nearest to a message that none matches. */
export function whyUnroutable(vhost: Vhost | undefined, { exchange: name, routingKey }: Received): string {
  if (name === '') return `there is no queue '${routingKey}'`;
  const bindings = [...(vhost?.exchange(name)?.bindings ?? [])];
  if (bindings.length === 0) return `exchange '${name}' has no bindings`;
  const keys = bindings.map((binding) => binding.routingKey);
  const guess = nearest(routingKey, keys) ?? nearestPattern(routingKey, keys);
  return `no binding of exchange '${name}' matches '${routingKey}'; nearest is '${guess}'`;
}

/** The bindings that lead to a queue. */
export function bindingsOf({ node }: Pick<Told, 'node'>, { vhost, name }: Place): string {
  const incoming = [...(node.vhost(vhost)?.queue(name)?.incoming ?? [])];
  if (incoming.length === 0) return `Queue '${name}' has no bindings: only the default exchange leads to it.`;
  return `Queue '${name}' is bound to ${listed(incoming.map(printBinding))}.`;
}

function printBinding({ source, routingKey }: Binding): string {
  return `exchange '${source.name}' with '${routingKey}'`;
}

/** The pattern that has most words in common with the key. */
function nearestPattern(key: string, patterns: readonly string[]): string {
  const words = key.split('.');
  const common = (pattern: string) => pattern.split('.').filter((word) => words.includes(word)).length;
  return patterns.reduce((best, pattern) => (common(pattern) > common(best) ? pattern : best));
}

function shown(messages: readonly Received[]): string[] {
  const lines = messages.slice(-LISTED).map((message) => `  ${printMessage(message)}`);
  return messages.length > LISTED ? [`  (the last ${LISTED})`, ...lines] : lines;
}

function listed(items: readonly string[]): string {
  const more = items.length - LISTED;
  return items.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
