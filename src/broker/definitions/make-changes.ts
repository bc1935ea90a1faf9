/**
 * The changes of an import, made all or not at all although it takes many turns of the event loop, and so many batches of the store. First they are
 * written down, and then that they are decided. From then on they are made whatever happens: a start that finds some left makes these. What is
 * written down goes in the turn in which it is made, which is one batch, so that nothing is made twice. Others have their turns meanwhile: what they
 * did stays.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { BindingSpec } from '../routing/exchange/binding.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { Change } from '../topology/change.ts';
import type { Vhost } from '../topology/vhost.ts';
import type { Steps } from '../../util/steps.ts';
import { NOBODY } from './apply.ts';
import { oneLine } from './json-cursor.ts';
import { ImportJournal, type JournalPage, pagesOf } from './import-journal.ts';

/**
 * Returns what could not be made as others had changed something. Throws what goes wrong before the changes are decided: the memory is used up;
 * then nothing has changed. What goes wrong with one of them later is thrown when the others are made.
 */
export function* makeChanges(node: BrokerNode, changes: readonly Change[]): Steps<readonly string[]> {
  const journal = new ImportJournal(node.parameters);
  const pages = [...pagesOf(changes)];
  if (pages.length === 0) return [];
  try {
    for (const page of pages) {
      node.heapLimit.checkRoom();
      journal.write(page);
      yield;
    }
    journal.decide();
  } catch (error) {
    journal.drop();
    throw error;
  }
  const { obstacles, defects } = yield* make(node, journal, pages);
  if (defects.length > 0) throw defects[0];
  return obstacles;
}

/** What a crash left of an import: to be called when the node has recovered. */
export function* finishChanges(node: BrokerNode): Steps<Made> {
  const journal = new ImportJournal(node.parameters);
  if (journal.isDecided) return yield* make(node, journal, journal.pages());
  journal.drop();
  return { obstacles: [], defects: [] };
}

/** What could not be made of the changes; all others are made. */
interface Made {
  /** As others had changed something. */
  readonly obstacles: readonly string[];
  /** As something is wrong with the broker. */
  readonly defects: readonly unknown[];
}

function* make(node: BrokerNode, journal: ImportJournal, pages: Iterable<JournalPage>): Steps<Made> {
  const obstacles: string[] = [];
  const defects: unknown[] = [];
  for (const { name, changes } of pages) {
    for (const change of changes) {
      const obstacle = obstacleTo(node, change);
      if (obstacle !== undefined) {
        obstacles.push(obstacle);
        continue;
      }
      try {
        if (change.op === 'put-binding') bind(node, change);
        else node.commit([withNumber(node, change)]);
      } catch (error) {
        // The rehearsal was not refused it: somebody has the queue for his own by now, for example.
        if (error instanceof AmqpError) obstacles.push(`skipped: ${oneLine(error)}`);
        else defects.push(error);
      }
    }
    journal.remove(name);
    yield;
  }
  return { obstacles, defects };
}

function bind(node: BrokerNode, change: Extract<Change, { readonly op: 'put-binding' }>): void {
  const vhost = node.existingVhost(change.vhost);
  // The rehearsal knew of none.
  if (vhost.isBound(change.binding, NOBODY)) return;
  node.commit([change]);
  vhost.replay(change.binding);
}

/** The numbers of the rehearsal are no numbers of the store. */
function withNumber(node: BrokerNode, change: Change): Change {
  if (change.op === 'put-queue' && change.id !== 0) return { ...change, id: node.store.nextQueueId() };
  if (change.op === 'put-exchange' && change.logId !== undefined) return { ...change, logId: node.store.nextQueueId() };
  return change;
}

/** What others did since the import was checked, if the change cannot be made by now. */
function obstacleTo(node: BrokerNode, change: Change): string | undefined {
  switch (change.op) {
    case 'put-exchange':
      return inVhost(node, change.vhost, (vhost) => taken(vhost, vhost.exchange(change.exchange.name), 'exchange'));
    case 'put-queue':
      return inVhost(node, change.vhost, (vhost) => taken(vhost, vhost.queue(change.queue.name), 'queue'));
    case 'put-binding':
      return inVhost(node, change.vhost, (vhost) => obstacleToBinding(vhost, change.binding));
    case 'put-permission': {
      const { user, vhost } = change.record;
      return node.auth.user(user) === undefined ? gone('user', user) : inVhost(node, vhost);
    }
    case 'put-parameter':
      return change.record.vhost === '' ? undefined : inVhost(node, change.record.vhost);
    default:
      return undefined;
  }
}

function inVhost(
  node: BrokerNode,
  name: string,
  obstacle: (vhost: Vhost) => string | undefined = () => undefined,
): string | undefined {
  const vhost = node.vhost(name);
  return vhost === undefined ? gone('virtual host', name) : obstacle(vhost);
}

function obstacleToBinding(vhost: Vhost, spec: BindingSpec): string | undefined {
  const { source, destinationKind: kind, destination: name } = spec;
  if (vhost.exchange(source) === undefined) return gone('exchange', source);
  const destination = kind === 'queue' ? vhost.queue(name) : vhost.exchange(name);
  return destination === undefined ? gone(kind, name) : undefined;
}

function gone(kind: string, name: string): string {
  return `skipped: ${kind} '${name}' was deleted meanwhile`;
}

function taken({ name: vhost }: Vhost, there: { readonly name: string } | undefined, kind: string): string | undefined {
  return there && `${kind} '${there.name}' in vhost '${vhost}' was declared meanwhile, and stays as it is`;
}
