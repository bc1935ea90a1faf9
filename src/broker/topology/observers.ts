/**
 * Who is told what happens: observers of the whole broker, and the firehose of each vhost that is traced. If all of them are told of topology and
 * clients alone, nobody pays for what happens to messages.
 */
import { asOne, type Observer } from '../events/observer.ts';
import { Firehose, type TracedVhost } from './firehose.ts';

export interface ObservedVhost extends TracedVhost {
  /** Who is told of messages. */
  observer: Observer | undefined;
}

export class Observers {
  /** Each with whether it is told of messages. */
  readonly #all = new Map<Observer, boolean>();
  readonly #vhosts: () => Iterable<ObservedVhost>;
  readonly #fault: (error: unknown) => void;
  readonly #firehoses = new WeakMap<ObservedVhost, Firehose>();
  #everywhere: Observer | undefined;
  #ofMessages: Observer | undefined;

  /** `vhosts`: all that there are. `fault`: told of what goes wrong in a firehose. */
  constructor(vhosts: () => Iterable<ObservedVhost>, fault: (error: unknown) => void) {
    this.#vhosts = vhosts;
    this.#fault = fault;
  }

  /** Who is told of topology and clients. */
  get everywhere(): Observer | undefined {
    return this.#everywhere;
  }

  /** Has an observer told from now on, beside others. `messages`: of them too. Returns what ends that. */
  add(observer: Observer, messages = true): () => void {
    this.#all.set(observer, messages);
    this.#changed();
    return () => {
      this.#all.delete(observer);
      this.#changed();
    };
  }

  /** A vhost is new. */
  watch(vhost: ObservedVhost): void {
    const firehose = this.#firehoses.get(vhost);
    vhost.observer =
      firehose === undefined ? this.#ofMessages : asOne([firehose.observer, ...this.#toldOfMessages()], this.#fault);
  }

  isTraced(vhost: ObservedVhost): boolean {
    return this.#firehoses.has(vhost);
  }

  /** Begins to trace a vhost, or ends it. A restart ends it too, as in RabbitMQ. */
  trace(vhost: ObservedVhost, traced: boolean): void {
    if (this.isTraced(vhost) === traced) return;
    if (traced) this.#firehoses.set(vhost, new Firehose(vhost, this.#fault));
    else this.#firehoses.delete(vhost);
    this.watch(vhost);
  }

  #changed(): void {
    this.#everywhere = asOne(this.#all.keys(), this.#fault);
    this.#ofMessages = asOne(this.#toldOfMessages(), this.#fault);
    for (const vhost of this.#vhosts()) this.watch(vhost);
  }

  #toldOfMessages(): Observer[] {
    return [...this.#all.keys()].filter((observer) => this.#all.get(observer));
  }
}
