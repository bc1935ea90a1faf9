/** A virtual host in its simplest form: lists, searched whole each time, and rules written down one by one. */
import type { ReplyName } from '../../src/protocol/generated/reply-codes.ts';

export interface ExchangeModel {
  readonly name: string;
  readonly type: 'direct' | 'fanout' | 'topic';
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly alternate: string | undefined;
}

export interface QueueModel {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: number | undefined;
  consumers: number;
  messages: number[];
}

export interface BindingModel {
  readonly source: string;
  readonly kind: 'queue' | 'exchange';
  readonly destination: string;
  readonly key: string;
}

/** What an operation is refused with; undefined where it is not. */
type Refusal = ReplyName | undefined;

export class VhostModel {
  exchanges: ExchangeModel[] = [];
  queues: QueueModel[] = [];
  bindings: BindingModel[] = [];

  exchange(name: string): ExchangeModel | undefined {
    return this.exchanges.find((exchange) => exchange.name === name);
  }

  queue(name: string): QueueModel | undefined {
    return this.queues.find((queue) => queue.name === name);
  }

  declareExchange(exchange: ExchangeModel): Refusal {
    const current = this.exchange(exchange.name);
    if (current === undefined) this.exchanges.push(exchange);
    else if (JSON.stringify(current) !== JSON.stringify(exchange)) return 'PRECONDITION_FAILED';
    return undefined;
  }

  deleteExchange(name: string, ifUnused: boolean): Refusal {
    if (ifUnused && this.bindings.some(({ source }) => source === name)) return 'PRECONDITION_FAILED';
    this.#removeExchange(name);
    return undefined;
  }

  declareQueue(queue: QueueModel): Refusal {
    const current = this.queue(queue.name);
    // An exclusive queue is never durable, whatever was said.
    const declared = { ...queue, durable: queue.durable && queue.owner === undefined };
    if (current === undefined) this.queues.push(declared);
    else if (current.owner !== declared.owner) return 'RESOURCE_LOCKED';
    else if (current.durable !== declared.durable || current.autoDelete !== declared.autoDelete)
      return 'PRECONDITION_FAILED';
    return undefined;
  }

  deleteQueue(name: string): void {
    this.queues = this.queues.filter((queue) => queue.name !== name);
    for (const binding of this.bindings) {
      if (binding.kind === 'queue' && binding.destination === name) this.#removeBinding(binding);
    }
  }

  deleteExclusive(owner: number): void {
    for (const queue of this.queues) if (queue.owner === owner) this.deleteQueue(queue.name);
  }

  consumerLeft(queue: QueueModel): void {
    queue.consumers--;
    if (queue.autoDelete && queue.consumers === 0) this.deleteQueue(queue.name);
  }

  bind(binding: BindingModel, requester: number): Refusal {
    const refusal = this.#refusal(binding, requester);
    if (refusal === undefined && this.#find(binding) === undefined) this.bindings.push(binding);
    return refusal;
  }

  /** Nothing to unbind is no error. */
  unbind(binding: BindingModel, requester: number): Refusal {
    const refusal = this.#refusal(binding, requester);
    if (refusal === 'NOT_FOUND') return undefined;
    const found = this.#find(binding);
    if (refusal === undefined && found !== undefined) this.#removeBinding(found);
    return refusal;
  }

  /** Names of the queues that a message reaches by any of its routing keys. */
  route(exchange: string, ...keys: readonly string[]): Set<string> {
    if (exchange === '') return new Set(keys.filter((key) => this.queue(key) !== undefined));
    const seen = new Set<string>();
    const reached = new Set<string>();
    const follow = (name: string): void => {
      const at = this.exchange(name);
      if (at === undefined || seen.has(name)) return;
      seen.add(name);
      const matching = this.bindings.filter(
        (binding) => binding.source === name && keys.some((key) => matches(at.type, binding.key, key)),
      );
      for (const { kind, destination } of matching) {
        if (kind === 'queue') reached.add(destination);
        else follow(destination);
      }
      if (matching.length === 0 && at.alternate !== undefined) follow(at.alternate);
    };
    follow(exchange);
    return reached;
  }

  #refusal({ source, kind, destination }: BindingModel, requester: number): Refusal {
    const end = kind === 'queue' ? this.queue(destination) : this.exchange(destination);
    if (this.exchange(source) === undefined || end === undefined) return 'NOT_FOUND';
    const owner = 'owner' in end ? end.owner : undefined;
    return owner !== undefined && owner !== requester ? 'RESOURCE_LOCKED' : undefined;
  }

  #find(binding: BindingModel): BindingModel | undefined {
    return this.bindings.find((other) => JSON.stringify(other) === JSON.stringify(binding));
  }

  #removeBinding(binding: BindingModel): void {
    this.bindings = this.bindings.filter((other) => other !== binding);
    const { source } = binding;
    const last = !this.bindings.some((other) => other.source === source);
    if (last && this.exchange(source)?.autoDelete === true) this.#removeExchange(source);
  }

  #removeExchange(name: string): void {
    this.exchanges = this.exchanges.filter((exchange) => exchange.name !== name);
    for (const binding of this.bindings) {
      const ends = binding.source === name || (binding.kind === 'exchange' && binding.destination === name);
      if (ends) this.#removeBinding(binding);
    }
  }
}

function matches(type: ExchangeModel['type'], pattern: string, key: string): boolean {
  if (type === 'fanout') return true;
  if (type === 'direct') return pattern === key;
  // The keys of this model have at most two words, and `#` stands at the end.
  const [words, wanted] = [key.split('.'), pattern.split('.')];
  const open = wanted.at(-1) === '#';
  const fixed = open ? wanted.slice(0, -1) : wanted;
  const long = open ? words.length >= fixed.length : words.length === fixed.length;
  return long && fixed.every((word, n) => word === '*' || word === words[n]);
}
