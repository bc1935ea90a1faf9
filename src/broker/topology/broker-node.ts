/** A broker node: its virtual hosts and users, and the store that keeps what is durable of them. */
import type { BindingRecord, UserRecord } from '../../store/stored-records.ts';
import type { Scratch } from '../../store/scratch.ts';
import type { Store } from '../../store/store.ts';
import { Alarms } from '../flow/alarms.ts';
import { Auth } from '../access/auth.ts';
import { Backlog } from '../flow/backlog.ts';
import { Jobs } from '../scheduling/jobs.ts';
import { QUICK_PASSWORDS } from '../../config/password-config.ts';
import { LENIENT_RULES, type VersionRules } from '../../config/profile.ts';
import type { Chance } from '../../util/chance.ts';
import type { Clock, Clocks } from '../../util/clock.ts';
import { type Fault, guardedClock } from '../../util/guard.ts';
import { nodeName } from '../../util/node-name.ts';
import { atOnce, inSlices, type Steps } from '../../util/steps.ts';
import { systemChance, systemClocks } from '../../util/system.ts';
import { Timers } from '../scheduling/timers.ts';
import { BrokerCounters } from '../events/broker-counters.ts';
import type { ChannelCounters } from '../events/counters.ts';
import type { Observer } from '../events/observer.ts';
import { V8HeapLimit } from '../flow/v8-heap-limit.ts';
import { TimeSlices } from '../scheduling/time-slices.ts';
import { BodyStore } from '../log/body-store.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { ThrottleSignal } from '../flow/publisher-throttle.ts';
import { AccessLimits } from '../access/access-limits.ts';
import { LoginThrottle } from '../access/login-throttle.ts';
import { MemoryBudget } from '../log/memory-budget.ts';
import { Parameters, type ParameterWatcher } from '../parameters/parameters.ts';
import type { MessageTotals } from './message-totals.ts';
import { Observers } from './observers.ts';
import { PatternMatcher } from '../access/pattern-matcher.ts';
import type { AuthBackendPair } from '../access/identity.ts';
import { InternalBackend } from '../access/internal-backend.ts';
import { UserPasswords } from '../access/user-passwords.ts';
import { SpareConfirms } from '../log/waiting-confirms.ts';
import type { DiscardListener } from '../message/discarded.ts';
import type { UnreadableListener } from '../arguments/unreadable.ts';
import { Queue } from '../queue/queue.ts';
import type { QueueNoticeListener } from '../queue/queue-notice.ts';
import { POLICY_KINDS } from '../policy/policy.ts';
import { type Change, type NodeChange, rowOf } from './change.ts';
import { createDefaults, type NodeDefaults } from './node-defaults.ts';
import { recoverNode } from './recover-node.ts';
import { eventsOf } from './change-event.ts';
import { Vhost } from './vhost.ts';
import type { VhostNode } from './vhost-node.ts';
import type { VhostRemoval } from './vhost-removal.ts';
import { type CompleteVhostSpec, type VhostSpec, Vhosts } from './vhosts.ts';

/** A store of a version before this one is of a broker with another meaning of x-message-deduplication without x-cache-ttl. */
const DEDUPLICATES_IN_QUEUE_FROM = 6;

/** Told before the vhost or the user is gone, so that its connections can be closed. */
export type DeletionListener = (kind: 'vhost' | 'user', name: string) => void;

export class BrokerNode implements VhostNode {
  /** What it is called where RabbitMQ names a node. */
  name = nodeName();
  readonly store: Store;
  /** What they call back is guarded. */
  readonly clocks: Clocks;
  readonly timers: Timers;
  readonly chance: Chance;
  readonly parameters: Parameters;
  readonly patterns: PatternMatcher;
  readonly auth: Auth;
  readonly limits: AccessLimits;
  readonly loginThrottle: LoginThrottle;
  readonly alarms = new Alarms();
  readonly heapLimit: V8HeapLimit;
  readonly memory: MemoryBudget;
  readonly bodies: BodyStore;
  readonly backlog = new Backlog();
  readonly spareConfirms = new SpareConfirms();
  readonly throttleSignal = new ThrottleSignal();
  readonly timeSlices: TimeSlices;
  readonly loads = new Set<Promise<void>>();
  readonly counters = new BrokerCounters();
  readonly jobs = new Jobs();
  readonly observers: Observers;
  /** Of the version of RabbitMQ that it stands for; to be set before it recovers. */
  rules: VersionRules = LENIENT_RULES;
  /** Those of its users; to be set before anybody logs in. */
  passwords: UserPasswords;
  /** Who is asked who somebody is, in this order; likewise. */
  backends: readonly AuthBackendPair[];
  /** Told of errors that are no client's. */
  fault: Fault = () => undefined;
  /** Told of what cannot be read. */
  unreadable: UnreadableListener = () => undefined;
  /** Told of messages that cannot be handled. */
  discarded: DiscardListener = () => undefined;
  /** Told of stored bindings that were removed, as one of their ends was not there. */
  dangling: (binding: BindingRecord) => void = () => undefined;
  /** Told what an operator is to hear of queues. */
  notice: QueueNoticeListener = () => undefined;
  readonly #vhosts: Vhosts;
  /** Told of each change that is made here, before it counts. */
  changing: (change: Change) => void = () => undefined;
  readonly #deletionListeners: DeletionListener[] = [];

  /** `memoryBudget`: bytes of messages in memory; `scratch`: where those go that it has no room for, if anywhere. */
  constructor(
    store: Store,
    memoryBudget: number,
    scratch?: Scratch,
    clocks: Clocks = systemClocks,
    chance: Chance = systemChance,
  ) {
    this.store = store;
    const fault: Fault = (error) => this.fault(error);
    const messages = guardedClock(clocks.messages, fault);
    const clock = guardedClock(clocks.connections, fault);
    this.clocks = { messages, connections: clock };
    this.chance = chance;
    this.observers = new Observers(() => this.#vhosts.all, fault);
    this.timers = new Timers(messages, fault);
    this.timeSlices = new TimeSlices(store, this.backlog, clock, fault);
    const commit = (change: NodeChange): void => this.commit([change]);
    this.parameters = new Parameters(commit);
    this.#vhosts = new Vhosts(this.parameters, (name) => this.#newVhost(name));
    this.patterns = new PatternMatcher(clock);
    this.auth = new Auth(commit, this.parameters, this.patterns);
    this.passwords = new UserPasswords(QUICK_PASSWORDS, chance);
    const internal = new InternalBackend(this);
    this.backends = [{ authn: internal, authz: internal }];
    this.limits = new AccessLimits(this.parameters);
    this.loginThrottle = new LoginThrottle(clock);
    this.heapLimit = new V8HeapLimit(this.alarms, clock);
    this.memory = new MemoryBudget({
      budget: memoryBudget,
      scratch,
      alarms: this.alarms,
      clock,
      heapLimit: this.heapLimit,
      fault,
    });
    this.bodies = new BodyStore(store, this.memory);
    for (const kind of POLICY_KINDS) {
      const watcher: ParameterWatcher = (vhost, name, value) => {
        this.#vhosts.any(vhost)?.policies.apply(kind, name, value);
      };
      this.parameters.watch(kind, watcher);
    }
    store.onFault(fault);
    store.onTrouble((reason) => (this.alarms.storeTrouble = reason));
  }

  /**
   * Takes in what the store has; a store without users and vhosts gets the defaults, if there are any. Called once. Throws StoreError
   * if it makes no sense. `whenLoaded` (recover-node.ts) tells when clients may come.
   */
  recover(defaults?: NodeDefaults): void {
    atOnce(this.#recovery());
    if (defaults !== undefined && this.blank) createDefaults(this, defaults);
  }

  /**
   * The same without defaults, a slice of time a turn: there may be very much, and a store may have to tell others meanwhile that this node lives. No
   * moment comes, and no other work is done, before it is all there.
   */
  async recoverInSlices(): Promise<void> {
    this.timers.pause();
    this.timeSlices.pause();
    try {
      await inSlices(this.#recovery(), this.clock);
    } finally {
      this.timeSlices.resume();
      this.timers.resume();
    }
  }

  *#recovery(): Steps {
    const state = this.store.recover();
    yield;
    for (const [id, size] of state.bodies) this.bodies.recover(id, size);
    yield;
    yield* recoverNode(this, state, () => this.bodies.dropUnreferenced());
    if ((state.migratedFrom ?? Infinity) < DEDUPLICATES_IN_QUEUE_FROM) this.#noticeDeduplication();
  }

  /** True if there is neither a user nor a vhost: nobody can have used it yet. */
  get blank(): boolean {
    return this.#vhosts.isEmpty && this.auth.users.next().done === true;
  }

  // Changes

  removeDangling(record: BindingRecord): void {
    this.store.change({ op: 'delete-binding', record });
    this.dangling(record);
  }

  /**
   * Has the store told of changes that were checked, and applies them: all of them are in one batch. `connection`: the name of the one that asked
   * for them.
   */
  commit(changes: readonly Change[], connection?: string): void {
    for (const change of changes) {
      // One of this name that is being deleted is gone first.
      if (change.op === 'put-vhost') this.#vhosts.finishLeaving(change.record.name);
      this.changing(change);
      const row = rowOf(change);
      if (row === undefined) continue;
      this.store.change(row);
      this.backlog.changed(this.store);
    }
    for (const change of changes) {
      const events = this.observer && eventsOf(change, (vhost) => this.#vhosts.any(vhost), connection);
      this.apply(change);
      if (change.op === 'put-queue') this.counters.churn.queueCreated++;
      else if (change.op === 'delete-queue') this.counters.churn.queueDeleted++;
      for (const event of events ?? []) this.observer?.(event);
    }
  }

  /** Takes what happened, whoever did it: a client here, an import, a broker that ran before, or another. The store knows. */
  apply(change: Change): void {
    switch (change.op) {
      case 'put-vhost':
        return this.#vhosts.apply(change);
      case 'delete-vhost':
        this.#vhosts.apply(change);
        this.auth.apply(change);
        return this.parameters.apply(change);
      case 'put-user':
      case 'delete-user':
      case 'put-permission':
      case 'delete-permission':
        return this.auth.apply(change);
      case 'put-parameter':
      case 'delete-parameter':
        return this.parameters.apply(change);
      default:
        return this.#vhosts.any(change.vhost)?.apply(change);
    }
  }

  get clock(): Clock {
    return this.clocks.connections;
  }

  // Vhosts

  vhost(name: string): Vhost | undefined {
    return this.#vhosts.get(name);
  }

  get vhosts(): readonly Vhost[] {
    return this.#vhosts.current;
  }

  /** Throws ChangeError `not-found`. */
  existingVhost(name: string): Vhost {
    const vhost = this.vhost(name);
    if (vhost === undefined) throw new ChangeError('not-found', `Virtual host '${name}' does not exist`);
    return vhost;
  }

  /** Throws ChangeError `not-found`. */
  existingUser(name: string): UserRecord {
    const user = this.auth.user(name);
    if (user === undefined) throw new ChangeError('not-found', `User '${name}' does not exist`);
    return user;
  }

  vhostSpec(name: string): CompleteVhostSpec | undefined {
    return this.#vhosts.specOf(name);
  }

  /** Creates the vhost, or changes what is said of it. */
  putVhost(spec: VhostSpec): Vhost {
    const { name, description, tags } = spec;
    this.commit([{ op: 'put-vhost', record: { name, description, tags } }]);
    this.#vhosts.putSettings(spec);
    return this.existingVhost(name);
  }

  /** Deletes the vhost with all that is in it. From now on nobody finds it. Returns undefined if there is none of this name. */
  deleteVhost(name: string): VhostRemoval | undefined {
    const vhost = this.vhost(name);
    if (vhost === undefined) return undefined;
    const removal = this.#vhosts.leave(vhost, this.timeSlices, () => this.commit([{ op: 'delete-vhost', name }]));
    for (const listener of this.#deletionListeners) listener('vhost', name);
    return removal.begin();
  }

  /** Deletes the user with permissions and limits. Returns false if there is none of this name. */
  deleteUser(name: string): boolean {
    if (this.auth.user(name) === undefined) return false;
    for (const listener of this.#deletionListeners) listener('user', name);
    this.auth.deleteUser(name);
    this.limits.setUser(name, {});
    return true;
  }

  /** What the channels of all vhosts counted since the broker started, those of deleted vhosts included: exact at this moment. */
  channelTotals(): ChannelCounters {
    return this.#vhosts.channelTotals();
  }

  /** Adds what all vhosts counted, likewise, a little at a time for who lets others have their turns between: see MessageTotals.addVhosts. */
  addMessages(totals: MessageTotals): Generator<void> {
    return this.#vhosts.addMessages(totals);
  }

  get observer(): Observer | undefined {
    return this.observers.everywhere;
  }

  /** See Observers.add. */
  observe(observer: Observer, messages?: boolean): () => void {
    return this.observers.add(observer, messages);
  }

  onDeletion(listener: DeletionListener): void {
    this.#deletionListeners.push(listener);
  }

  /** Does nothing of its own accord any more: the store is about to close. */
  stop(): void {
    this.timers.stop();
    this.timeSlices.stop();
    this.memory.stop();
  }

  /** Queues for which x-message-deduplication means something else from this start on. */
  #noticeDeduplication(): void {
    for (const { name: vhost, queues } of this.#vhosts.all) {
      for (const queue of queues) {
        const rule = queue instanceof Queue ? queue.settings.deduplication : undefined;
        if (rule !== undefined && rule.window === undefined) this.notice('deduplicates-in-queue', queue.name, vhost);
      }
    }
  }

  #newVhost(name: string): Vhost {
    const vhost = new Vhost(name, this);
    this.observers.watch(vhost);
    return vhost;
  }
}
