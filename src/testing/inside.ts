/** What the probes of a test broker look at, and wait by. The broker may be started again: nobody keeps its parts. */
import type { Observer } from '../broker/events/observer.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { BrokerContext } from '../connection/broker-context.ts';
import type { BrokerParts } from '../embed/assemble.ts';
import type { Definitions } from '../embed/definitions.ts';
import type { NodeControls } from '../management/context.ts';
import { noSuchVhost } from './explain.ts';
import type { Recorder } from './log/recorder.ts';
import { type IdleOptions, Stillness } from './stillness.ts';
import type { Disk } from './store/disk.ts';
import { Waits } from './waits.ts';

interface Settings {
  readonly recorder: Recorder;
  readonly disk: Disk;
  /** Milliseconds that a wait takes at most, if it is told nothing else. */
  readonly patience: number;
}

export class Inside {
  readonly recorder: Recorder;
  readonly disk: Disk;
  readonly waits: Waits;
  readonly stillness: Stillness;
  readonly #patience: number;
  readonly #observers = new Set<Observer>();
  #parts: BrokerParts;
  #definitions: Definitions;
  #crashed = false;

  constructor(parts: BrokerParts, definitions: Definitions, { recorder, disk, patience }: Settings) {
    this.recorder = recorder;
    this.disk = disk;
    this.waits = new Waits(parts.context.clock, patience);
    this.stillness = new Stillness(
      () => this.context,
      this.waits,
      () => recorder.order,
    );
    this.#patience = patience;
    this.#parts = parts;
    this.#definitions = definitions;
    this.#observe();
  }

  get node(): BrokerNode {
    return this.#parts.node;
  }

  get context(): BrokerContext {
    return this.#parts.context;
  }

  get controls(): NodeControls {
    return this.#parts.listeners.controls;
  }

  get messageTime(): Date {
    return new Date(this.node.timers.clock.now());
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  /** True if any delivery waits for its acknowledgement. */
  get hasUnacked(): boolean {
    for (const { channels } of this.context.connections) {
      for (const { unackedCount } of channels.values()) if (unackedCount > 0) return true;
    }
    return false;
  }

  /** See TestBroker.idle. */
  idle(options: IdleOptions = {}): Promise<void> {
    return this.stillness.reached(options, this.#patience);
  }

  /** Has an observer told of all that happens, also when the broker was started again. Returns what ends that. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** The broker is no more: what its parts still do happens to nobody, but that its clients hear of it. */
  crash(): void {
    this.#crashed = true;
    this.disk.cut();
  }

  /** It was started again. */
  renew(parts: BrokerParts, definitions: Definitions): void {
    this.#crashed = false;
    this.#parts = parts;
    this.#definitions = definitions;
    this.recorder.startedAgain();
    this.#observe();
  }

  #observe(): void {
    this.node.observe((event) => {
      if (this.#crashed && event.type !== 'connection-closed') return;
      this.recorder.record(event);
      for (const observer of this.#observers) observer(event);
      this.waits.changed();
    });
  }
}

/** Throws if there is no such vhost. */
export function vhostOf({ node }: Inside, name: string): Vhost {
  const vhost = node.vhost(name);
  if (vhost === undefined) throw new Error(noSuchVhost(node.vhosts, name));
  return vhost;
}
