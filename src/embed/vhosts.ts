/** `broker.vhosts`: virtual hosts, created and deleted while the broker runs (RabbitMQ: Virtual Hosts). */
import type { VhostLimits } from '../broker/access/access-limits.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { QueueType } from '../broker/arguments/queue-type.ts';
import {
  createVhost,
  deleteVhost,
  protectVhost,
  setVhostLimits,
  type VhostInfo,
  vhostInfo,
} from '../broker/operations/vhosts.ts';

export type { VhostInfo };

export interface VhostOptions {
  /** Empty by default. */
  readonly description?: string | undefined;
  /** None by default. */
  readonly tags?: readonly string[] | undefined;
  /** Type of durable queues that are declared without x-queue-type; classic by default. */
  readonly defaultQueueType?: QueueType | undefined;
  /** True for one that cannot be deleted: see `protectFromDeletion`. False by default. */
  readonly protectedFromDeletion?: boolean | undefined;
}

/** Promises resolve when the change is stored; it counts at once. */
export class Vhosts {
  readonly #node: BrokerNode;
  readonly #defaultUser: string;

  /** @internal */
  constructor(node: BrokerNode, defaultUser: string) {
    this.#node = node;
    this.#defaultUser = defaultUser;
  }

  list(): VhostInfo[] {
    return Array.from(this.#node.vhosts, ({ name }) => this.get(name)!);
  }

  /** Undefined if there is none of this name. */
  get(name: string): VhostInfo | undefined {
    return this.#node.vhost(name) && vhostInfo(this.#node, name);
  }

  /**
   * Creates a vhost, in which the default user, if it exists, may do everything.
   * @throws ChangeError `exists`, or `invalid` for a name that is not of 1 to 255 bytes
   */
  async create(name: string, { description = '', tags = [], ...options }: VhostOptions = {}): Promise<void> {
    const { defaultQueueType, protectedFromDeletion } = options;
    const spec = { name, description, tags, defaultQueueType, protectedFromDeletion };
    await createVhost(this.#node, spec, this.#defaultUser).untilStored();
  }

  /**
   * Deletes a vhost with all that is in it; its connections are closed with 320.
   * @throws ChangeError `not-found`, or `protected` for one that is protected from deletion
   */
  async delete(name: string): Promise<void> {
    await deleteVhost(this.#node, name).untilStored();
  }

  /**
   * From now on the vhost cannot be deleted, by whomever; with false it can be again.
   * @throws ChangeError `not-found`
   */
  async protectFromDeletion(name: string, isProtected = true): Promise<void> {
    await protectVhost(this.#node, name, isProtected).untilStored();
  }

  /**
   * Sets `max-connections` and `max-queues` in place of the limits there were; what is left out, or negative, is no limit.
   * @throws ChangeError `not-found`, `invalid`
   */
  async setLimits(name: string, limits: VhostLimits): Promise<void> {
    await setVhostLimits(this.#node, name, { ...limits }).untilStored();
  }
}
