/** Durable entities of the memory store, each kind by its identity. */
import type { BindingRecord, BoundRow, ExchangeRecord, QueueRecord } from '../../store/stored-records.ts';
import type { RecoveredState, TopologyChange } from '../../store/stored-records.ts';

type Kind = 'vhosts' | 'exchanges' | 'bindings' | 'users' | 'permissions' | 'parameters';
type Rows = { readonly [K in Kind]: Map<string, RecoveredState[K][number]> };

export class MemoryTopology {
  readonly #rows: Rows = {
    vhosts: new Map(),
    exchanges: new Map(),
    bindings: new Map(),
    users: new Map(),
    permissions: new Map(),
    parameters: new Map(),
  };
  readonly #queues = new Map<number, QueueRecord>();
  readonly #queueIds = new Map<string, number>();
  readonly #queueGone: (queueId: number) => void;
  #nextQueueId = 1;

  /** `queueGone`: its pages go with a queue, or with an exchange that has a log. */
  constructor(queueGone: (queueId: number) => void) {
    this.#queueGone = queueGone;
  }

  apply(change: TopologyChange): void {
    const rows = this.#rows;
    switch (change.op) {
      case 'put-vhost':
        rows.vhosts.set(change.record.name, change.record);
        break;
      case 'delete-vhost':
        this.#deleteVhost(change.name);
        break;
      case 'put-exchange':
        this.#putExchange(change.record);
        break;
      case 'delete-exchange':
        this.#deleteExchange(identity(change.vhost, change.name));
        remove(rows.bindings, ({ vhost, source }) => vhost === change.vhost && source === change.name);
        this.#unbind('exchange', change);
        break;
      case 'put-queue':
        this.#putQueue(change.record);
        break;
      case 'delete-queue':
        this.#deleteQueue(change.id);
        this.#unbind('queue', change);
        break;
      case 'put-binding':
        rows.bindings.set(bindingIdentity(change.record), change.record);
        break;
      case 'delete-binding':
        rows.bindings.delete(bindingIdentity(change.record));
        break;
      case 'put-user':
        rows.users.set(change.record.name, change.record);
        break;
      case 'delete-user':
        rows.users.delete(change.name);
        remove(rows.permissions, (permission) => permission.user === change.name);
        break;
      case 'put-permission':
        rows.permissions.set(identity(change.record.user, change.record.vhost), change.record);
        break;
      case 'delete-permission':
        rows.permissions.delete(identity(change.user, change.vhost));
        break;
      case 'put-parameter':
        rows.parameters.set(identity(change.record.component, change.record.vhost, change.record.name), change.record);
        break;
      case 'delete-parameter':
        rows.parameters.delete(identity(change.component, change.vhost, change.name));
        break;
    }
  }

  isQueue(id: number): boolean {
    return this.#queues.has(id);
  }

  /** Past all that were used. */
  get nextQueueId(): number {
    return this.#nextQueueId;
  }

  state(): Pick<RecoveredState, Kind | 'queues'> {
    const rows = this.#rows;
    return {
      vhosts: [...rows.vhosts.values()],
      exchanges: [...rows.exchanges.values()],
      queues: [...this.#queues.values()],
      bindings: [...rows.bindings.values()],
      users: [...rows.users.values()],
      permissions: [...rows.permissions.values()],
      parameters: [...rows.parameters.values()],
    };
  }

  #putExchange(record: ExchangeRecord): void {
    const name = identity(record.vhost, record.name);
    if (this.#rows.exchanges.get(name)?.logId !== record.logId) this.#deleteExchange(name);
    this.#rows.exchanges.set(name, record);
    this.#idUsed(record.logId ?? 0);
  }

  #deleteExchange(name: string): void {
    const logId = this.#rows.exchanges.get(name)?.logId;
    this.#rows.exchanges.delete(name);
    if (logId !== undefined) this.#queueGone(logId);
  }

  #putQueue(record: QueueRecord): void {
    const name = identity(record.vhost, record.name);
    const former = this.#queueIds.get(name);
    if (former !== undefined && former !== record.id) this.#deleteQueue(former);
    const replaced = this.#queues.get(record.id);
    if (replaced !== undefined) this.#queueIds.delete(identity(replaced.vhost, replaced.name));
    this.#queueIds.set(name, record.id);
    this.#queues.set(record.id, record);
    this.#idUsed(record.id);
  }

  #idUsed(id: number): void {
    this.#nextQueueId = Math.max(this.#nextQueueId, id + 1);
  }

  #deleteQueue(id: number): void {
    const queue = this.#queues.get(id);
    if (queue === undefined) return;
    this.#queues.delete(id);
    this.#queueIds.delete(identity(queue.vhost, queue.name));
    this.#queueGone(id);
  }

  /** Removes the bindings that lead to it. */
  #unbind(type: BindingRecord['destinationType'], { vhost, name, boundFrom }: BoundRow): void {
    if (boundFrom.length === 0) return;
    const sources = new Set(boundFrom);
    remove(this.#rows.bindings, (row) => {
      const leadsHere = row.vhost === vhost && row.destinationType === type && row.destination === name;
      return leadsHere && sources.has(row.source);
    });
  }

  #deleteVhost(name: string): void {
    const rows = this.#rows;
    for (const queue of this.#queues.values()) if (queue.vhost === name) this.#deleteQueue(queue.id);
    rows.vhosts.delete(name);
    const ofVhost = (row: { readonly vhost: string }) => row.vhost === name;
    for (const [key, exchange] of rows.exchanges) if (ofVhost(exchange)) this.#deleteExchange(key);
    remove(rows.bindings, ofVhost);
    remove(rows.permissions, ofVhost);
    remove(rows.parameters, ofVhost);
  }
}

/** One key for several names, whatever characters they hold. */
function identity(...names: readonly string[]): string {
  return JSON.stringify(names);
}

function bindingIdentity(record: BindingRecord): string {
  const { vhost, source, destinationType, destination, routingKey } = record;
  const table = Buffer.from(record.arguments).toString('latin1');
  return identity(vhost, source, destinationType, destination, routingKey, table);
}

function remove<Row>(rows: Map<string, Row>, gone: (row: Row) => boolean): void {
  for (const [key, row] of rows) if (gone(row)) rows.delete(key);
}
