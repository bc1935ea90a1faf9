/** `broker.vhosts`: virtual hosts, created and deleted while the broker runs (RabbitMQ: Virtual Hosts). */
import { ChangeError } from '../broker/arguments/change-error.ts';
import type { VhostLimits } from '../broker/access/limits.ts';
import type { Node } from '../broker/topology/node.ts';
import type { QueueType } from '../broker/arguments/queue-type.ts';
import { stored } from './stored.ts';

export interface VhostOptions {
  /** Empty by default. */
  readonly description?: string | undefined;
  /** None by default. */
  readonly tags?: readonly string[] | undefined;
  /** Type of durable queues that are declared without x-queue-type; classic by default. */
  readonly defaultQueueType?: QueueType | undefined;
}

export interface VhostInfo {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly defaultQueueType: QueueType | undefined;
  readonly limits: VhostLimits;
}

/** Promises resolve when the change is stored; it counts at once. */
export class Vhosts {
  readonly #node: Node;
  readonly #defaultUser: string;

  constructor(node: Node, defaultUser: string) {
    this.#node = node;
    this.#defaultUser = defaultUser;
  }

  list(): VhostInfo[] {
    return Array.from(this.#node.vhosts, ({ name }) => this.get(name)!);
  }

  /** Undefined where there is none of this name. */
  get(name: string): VhostInfo | undefined {
    const spec = this.#node.vhostSpec(name);
    return spec && { ...spec, limits: this.#node.limits.vhost(name) };
  }

  /**
   * Creates a vhost, in which the default user, where it exists, may do everything.
   * @throws ChangeError `exists`, or `invalid` for a name that is not of 1 to 255 bytes
   */
  async create(name: string, { description = '', tags = [], defaultQueueType }: VhostOptions = {}): Promise<void> {
    checkName(name);
    if (this.#node.vhost(name) !== undefined) throw new ChangeError('exists', `Virtual host '${name}' already exists`);
    this.#node.putVhost({ name, description, tags, defaultQueueType });
    const user = this.#defaultUser;
    if (this.#node.auth.user(user) !== undefined) {
      this.#node.auth.putPermission({ user, vhost: name, configure: '.*', write: '.*', read: '.*' });
    }
    await stored(this.#node);
  }

  /**
   * Deletes a vhost with all that is in it; its connections are closed with 320.
   * @throws ChangeError `not-found`
   */
  async delete(name: string): Promise<void> {
    this.#node.existingVhost(name);
    this.#node.deleteVhost(name);
    await stored(this.#node);
  }

  /**
   * Sets `max-connections` and `max-queues` in place of the limits there were; what is left out, or negative, is no limit.
   * @throws ChangeError `not-found`, `invalid`
   */
  async setLimits(name: string, limits: VhostLimits): Promise<void> {
    this.#node.existingVhost(name);
    this.#node.limits.setVhost(name, { ...limits });
    await stored(this.#node);
  }
}

/** Throws ChangeError `invalid` for what AMQP cannot carry as a name. */
export function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > 255) throw new ChangeError('invalid', 'a name must have 1 to 255 bytes');
}
