/** A broker node: its virtual hosts and users, and the store that keeps what is durable of them. */
import type { RecoveredPage, RecoveredState } from '../store/records.ts';
import type { Scratch } from '../store/scratch.ts';
import type { Store } from '../store/store.ts';
import { Alarms } from './alarms.ts';
import { Auth, userWithPassword } from './auth.ts';
import { Bodies } from './bodies.ts';
import { Memory } from './memory.ts';
import { Vhost } from './vhost.ts';

/** What a node without any vhost or user begins with. */
export interface NodeDefaults {
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

export class Node {
  readonly store: Store;
  readonly auth = new Auth();
  readonly alarms = new Alarms();
  readonly memory: Memory;
  readonly #bodies: Bodies;
  readonly #vhosts = new Map<string, Vhost>();
  #nextQueueId = 1;

  /** `memoryBudget`: bytes of messages in memory; `scratch`: where those go that it has no room for, if anywhere. */
  constructor(store: Store, memoryBudget: number, scratch?: Scratch) {
    this.store = store;
    this.#bodies = new Bodies(store);
    this.memory = new Memory({ budget: memoryBudget, scratch, alarms: this.alarms });
    store.onTrouble((reason) => this.alarms.set('disk', reason !== undefined));
  }

  vhost(name: string): Vhost | undefined {
    return this.#vhosts.get(name);
  }

  get vhosts(): IterableIterator<Vhost> {
    return this.#vhosts.values();
  }

  /** Takes in what the store has; a store without users gets the defaults. Called once. */
  recover(defaults: NodeDefaults): void {
    const state = this.store.recover();
    this.#nextQueueId = state.nextQueueId;
    for (const user of state.users) this.auth.putUser(user);
    for (const permission of state.permissions) this.auth.putPermission(permission);
    for (const [id, size] of state.bodies) this.#bodies.recover(id, size);
    for (const { name } of state.vhosts) this.#addVhost(name).recover(state, pagesByQueue(state));
    this.#bodies.dropUnreferenced();
    if (state.users.length === 0 && state.vhosts.length === 0) this.#createDefaults(defaults);
  }

  #createDefaults({ user: name, password, vhost }: NodeDefaults): void {
    const user = userWithPassword(name, password, ['administrator']);
    this.auth.putUser(user);
    this.store.change({ op: 'put-user', record: user });
    this.#addVhost(vhost);
    this.store.change({ op: 'put-vhost', record: { name: vhost, description: 'Default virtual host', tags: [] } });
    const permission = { user: name, vhost, configure: '.*', write: '.*', read: '.*' };
    this.auth.putPermission(permission);
    this.store.change({ op: 'put-permission', record: permission });
  }

  #addVhost(name: string): Vhost {
    const vhost = new Vhost(name, {
      store: this.store,
      bodies: this.#bodies,
      memory: this.memory,
      nextQueueId: () => this.#nextQueueId++,
    });
    this.#vhosts.set(name, vhost);
    return vhost;
  }
}

function pagesByQueue(state: RecoveredState): (queueId: number) => readonly RecoveredPage[] {
  const pages = new Map<number, RecoveredPage[]>();
  for (const page of state.pages) {
    const own = pages.get(page.queueId);
    if (own === undefined) pages.set(page.queueId, [page]);
    else own.push(page);
  }
  return (queueId) => pages.get(queueId) ?? [];
}
