/** What a queue or a stream was declared as, for good, with the bindings and the counters that hang on it. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { Breakdown } from '../events/breakdown.ts';
import { NOTHING_COUNTED, QueueCounters } from '../events/queue-counters.ts';
import type { MessageSource } from '../message/message-target.ts';
import type { Binding } from '../routing/exchange/binding.ts';
import type { Owner, QueueOptions } from './declared-queue.ts';

export abstract class QueueIdentity implements QueueOptions {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: Owner | undefined;
  readonly arguments: FieldTable;
  readonly id: number;
  // There may be very many queues that rest: what most of them never need is made when it is.
  #incoming: Set<Binding> | undefined;
  #counters: QueueCounters | undefined;
  #publishedBy: Breakdown<MessageSource, { publish: number }> | undefined;

  /** `id`: its number in the store, 0 if it is not stored. */
  constructor(options: QueueOptions, id: number) {
    ({ name: this.name, durable: this.durable, autoDelete: this.autoDelete, owner: this.owner } = options);
    this.arguments = options.arguments;
    this.id = id;
  }

  /** Not a field: of very many queues each would have one. */
  get kind(): 'queue' {
    return 'queue';
  }

  get incoming(): Set<Binding> {
    return (this.#incoming ??= new Set());
  }

  get counters(): QueueCounters {
    return (this.#counters ??= new QueueCounters());
  }

  get counted(): Readonly<QueueCounters> {
    return this.#counters ?? NOTHING_COUNTED;
  }

  published(messages: number, source: MessageSource): void {
    this.counters.publish += messages;
    this.#publishedBy ??= new Breakdown(newIncoming);
    this.#publishedBy.of(source).publish += messages;
  }

  get publishedBy(): Iterable<readonly [MessageSource, { readonly publish: number }]> {
    return this.#publishedBy ?? [];
  }
}

const newIncoming = (): { publish: number } => ({ publish: 0 });
