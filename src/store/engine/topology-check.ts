/** What does not go together of what is declared: names of what is not there, and numbers that would be given twice. */
import type { BindingRecord, ExchangeRecord, PermissionRecord, QueueRecord, VhostRecord } from '../stored-records.ts';
import { lateCounters } from './row-problems.ts';
import type { Counters } from './stored-ids.ts';

/** As far as rows name one another. */
export interface CheckedTopology {
  readonly vhosts: readonly Pick<VhostRecord, 'name'>[];
  readonly exchanges: readonly Pick<ExchangeRecord, 'vhost' | 'name'>[];
  readonly queues: readonly Pick<QueueRecord, 'id' | 'vhost' | 'name'>[];
  readonly bindings: readonly Pick<BindingRecord, 'vhost' | 'source' | 'destinationType' | 'destination'>[];
  readonly permissions: readonly Pick<PermissionRecord, 'vhost'>[];
  /** Queues of which it is known how far they were delivered. */
  readonly deliveredOf: readonly number[];
  readonly counters: Counters;
  /** The highest number of each kind; 0 if there is none. */
  readonly used: Counters;
}

export function topologyProblems(topology: CheckedTopology): string[] {
  return [...unknownQueues(topology), ...unknownVhosts(topology), ...unknownEnds(topology), ...reusedIds(topology)];
}

function* unknownQueues({ queues, deliveredOf }: CheckedTopology): Iterable<string> {
  const ids = new Set(queues.map(({ id }) => id));
  for (const id of new Set(deliveredOf)) {
    if (!ids.has(id)) yield `it is known how far queue ${id} was delivered, and it is not there`;
  }
}

function* unknownVhosts({ vhosts, exchanges, queues, bindings, permissions }: CheckedTopology): Iterable<string> {
  const names = new Set(vhosts.map(({ name }) => name));
  for (const [kind, rows] of Object.entries({ exchanges, queues, bindings, permissions })) {
    for (const vhost of new Set(rows.map((row) => row.vhost))) {
      if (!names.has(vhost)) yield `vhost '${vhost}' is not there, and has ${kind}`;
    }
  }
}

function* unknownEnds({ exchanges, queues, bindings }: CheckedTopology): Iterable<string> {
  const [exchangeNames, queueNames] = [namesOf(exchanges), namesOf(queues)];
  // Exchanges that every vhost has are not stored; no other's name begins as theirs.
  const isExchange = (vhost: string, name: string): boolean =>
    name.startsWith('amq.') || exchangeNames.has(inVhost(vhost, name));
  const missing = new Set<string>();
  const say = (vhost: string, end: string, name: string): void => {
    missing.add(
      `a binding in vhost '${vhost}' has the ${end} '${name}', which is not there; the next start removes it`,
    );
  };
  for (const { vhost, source, destinationType, destination } of bindings) {
    if (!isExchange(vhost, source)) say(vhost, 'source', source);
    const isThere =
      destinationType === 'queue' ? queueNames.has(inVhost(vhost, destination)) : isExchange(vhost, destination);
    if (!isThere) say(vhost, 'destination', destination);
  }
  yield* missing;
}

function* reusedIds({ counters, used }: CheckedTopology): Iterable<string> {
  for (const problem of lateCounters(counters, used)) yield `${problem}: ids would be used twice`;
}

function namesOf(rows: readonly { readonly vhost: string; readonly name: string }[]): Set<string> {
  return new Set(rows.map(({ vhost, name }) => inVhost(vhost, name)));
}

function inVhost(vhost: string, name: string): string {
  return JSON.stringify([vhost, name]);
}
