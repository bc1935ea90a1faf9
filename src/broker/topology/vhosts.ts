/**
 * The virtual hosts of a node, by their names, and what is said of them. Nobody finds one that is deleted from that moment on, while it goes in
 * time slices; what its messages counted stays.
 */
import type { VhostRecord } from '../../store/stored-records.ts';
import type { QueueType } from '../arguments/queue-type.ts';
import { addCounters, ChannelCounters } from '../events/counters.ts';
import { OWN_COMPONENT, type Parameters } from '../parameters/parameters.ts';
import type { TimeSlices } from '../scheduling/time-slices.ts';
import type { NodeChange } from './change.ts';
import { MessageTotals } from './message-totals.ts';
import type { Vhost } from './vhost.ts';
import { VhostRemoval } from './vhost-removal.ts';

/** What is said of a vhost beside its name. */
export interface VhostSpec extends VhostRecord {
  /** Type of queues that are declared without one; undefined: classic. */
  readonly defaultQueueType: QueueType | undefined;
  /** True if it cannot be deleted. Undefined, where a vhost is put, leaves that as it is: a new one can be. */
  readonly protectedFromDeletion?: boolean | undefined;
}

/** All that is said of a vhost that there is. */
export interface CompleteVhostSpec extends VhostSpec {
  readonly protectedFromDeletion: boolean;
}

const VHOST_SETTINGS = `${OWN_COMPONENT}vhost`;
const DEFAULT_QUEUE_TYPE = 'default-queue-type';
const PROTECTED_FROM_DELETION = 'protected-from-deletion';

export class Vhosts {
  readonly #parameters: Parameters;
  readonly #create: (name: string) => Vhost;
  readonly #all = new Map<string, Vhost>();
  readonly #records = new Map<string, VhostRecord>();
  /** Those that are being deleted. */
  readonly #leaving = new Map<string, VhostRemoval>();
  /** Of vhosts that are gone. */
  readonly #ended = new MessageTotals();

  /** `parameters`: where the settings stand that a vhost's record has not. */
  constructor(parameters: Parameters, create: (name: string) => Vhost) {
    this.#parameters = parameters;
    this.#create = create;
    parameters.watch(VHOST_SETTINGS, (name, setting, value) => {
      if (setting !== DEFAULT_QUEUE_TYPE) return;
      const vhost = this.#all.get(name);
      if (vhost !== undefined) vhost.defaultQueueType = value as QueueType | undefined;
    });
  }

  /** All, those that are being deleted too. */
  get all(): Iterable<Vhost> {
    return this.#all.values();
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** One of them. */
  any(name: string): Vhost | undefined {
    return this.#all.get(name);
  }

  /** Those that clients find. */
  get current(): readonly Vhost[] {
    return Array.from(this.#all.values()).filter(({ name }) => !this.#leaving.has(name));
  }

  get(name: string): Vhost | undefined {
    return this.#leaving.has(name) ? undefined : this.#all.get(name);
  }

  specOf(name: string): CompleteVhostSpec | undefined {
    const vhost = this.get(name);
    if (vhost === undefined) return undefined;
    const { defaultQueueType } = vhost;
    return { ...this.#records.get(name)!, defaultQueueType, protectedFromDeletion: this.isProtected(name) };
  }

  isProtected(name: string): boolean {
    return this.#parameters.get(VHOST_SETTINGS, name, PROTECTED_FROM_DELETION) === true;
  }

  /** Keeps what the vhost's record has not. */
  putSettings({ name, defaultQueueType, protectedFromDeletion = this.isProtected(name) }: VhostSpec): void {
    this.#putSetting(name, DEFAULT_QUEUE_TYPE, defaultQueueType);
    this.#putSetting(name, PROTECTED_FROM_DELETION, protectedFromDeletion || undefined);
  }

  apply(change: Extract<NodeChange, { readonly op: 'put-vhost' | 'delete-vhost' }>): void {
    if (change.op === 'put-vhost') this.#put(change.record);
    else this.#delete(change.name);
  }

  /** From now on nobody finds the vhost. `emptied`: called when all that was in it is gone. */
  leave(vhost: Vhost, timeSlices: TimeSlices, emptied: () => void): VhostRemoval {
    const removal = new VhostRemoval(vhost, timeSlices, emptied);
    this.#leaving.set(vhost.name, removal);
    return removal;
  }

  /** One of this name that is being deleted is gone at once. */
  finishLeaving(name: string): void {
    this.#leaving.get(name)?.finish();
  }

  /** What the channels of all counted since the broker started, those of deleted ones included: exact at this moment. */
  channelTotals(): ChannelCounters {
    const totals = new ChannelCounters();
    addCounters(totals, this.#ended.channels);
    for (const { counters } of this.#all.values()) addCounters(totals, counters.channels.sum());
    return totals;
  }

  /** Adds what all counted, likewise, a little at a time for who lets others have their turns between: see MessageTotals.addVhosts. */
  *addMessages(totals: MessageTotals): Generator<void> {
    totals.add(this.#ended);
    yield* totals.addVhosts(this.#all.values());
  }

  #putSetting(name: string, setting: string, value: unknown): void {
    if (value === undefined) this.#parameters.delete(VHOST_SETTINGS, name, setting);
    else this.#parameters.put(VHOST_SETTINGS, name, setting, value);
  }

  #put(record: VhostRecord): void {
    const { name } = record;
    if (!this.#all.has(name)) this.#all.set(name, this.#create(name));
    this.#records.set(name, record);
  }

  #delete(name: string): void {
    const vhost = this.#all.get(name);
    if (vhost === undefined) return;
    vhost.end();
    const steps = this.#ended.addVhosts([vhost]);
    while (steps.next().done !== true);
    this.#all.delete(name);
    this.#leaving.delete(name);
    this.#records.delete(name);
  }
}
