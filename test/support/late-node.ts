/** A broker node whose store answers reads later, as one over a network does, and which a test steps through. */
import { Consumer } from '../../src/broker/queue/consumer.ts';
import type { Queue } from '../../src/broker/queue/queue.ts';
import { BrokerNode } from '../../src/broker/topology/broker-node.ts';
import { whenLoaded } from '../../src/broker/topology/recover-node.ts';
import type { Vhost } from '../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../src/codec/field-table.ts';
import { EMPTY_TABLE } from '../../src/protocol/field-table.ts';
import { byOneClock } from '../../src/util/clock.ts';
import { turn } from '../contract/store.support.ts';
import { HandClock } from './hand-clock.ts';
import { LateStore } from './late-store.ts';
import { DurableStore } from './durable-store.ts';
import type { MemoryStore } from '../../src/testing/store/memory-store.ts';
import { bodyText, messageOf, PERSISTENT } from './recovery/messages.ts';

/** A node whose store answers reads some turns later, in any order. */
export class LateNode {
  readonly clock = new HandClock();
  readonly store: LateStore;
  readonly node: BrokerNode;
  readonly vhost: Vhost;
  readonly unreadable: string[] = [];

  /** The node that goes on with what another had committed. */
  constructor(inner: MemoryStore = new DurableStore()) {
    this.store = new LateStore(inner, { shuffled: 5 });
    this.node = new BrokerNode(this.store, Infinity, undefined, byOneClock(this.clock));
    this.node.unreadable = (_what, name) => this.unreadable.push(name);
    this.node.fault = (error) => {
      throw error;
    };
    this.node.recover({ user: 'guest', password: 'guest', vhost: '/' });
    this.vhost = this.node.vhost('/')!;
  }

  /** Another one, to which clients may come. */
  async restart(): Promise<LateNode> {
    await new Promise<void>((resolve) => this.store.afterCommit(resolve));
    this.node.stop();
    const next = new LateNode(this.store.inner as MemoryStore);
    await whenLoaded(next.node);
    return next;
  }

  queue(name: string, args: Record<string, unknown> = {}): Queue {
    const known = this.vhost.queue(name);
    if (known !== undefined) return known as Queue;
    const options = { name, durable: true, autoDelete: false, owner: undefined };
    return this.vhost.declareQueue({ ...options, arguments: toFieldTable(args) }) as Queue;
  }

  publish(queue: string, body: string, properties: object = {}): void {
    const message = messageOf({ routingKey: queue, properties: { ...PERSISTENT, ...properties }, body });
    this.vhost.publish(message, this.vhost.route(this.vhost.existingExchange(''), message), undefined, 0);
  }

  /** As basic.get does: takes the first message once it is here; undefined where there is none, or no such queue any more. */
  async get(name: string): Promise<string | undefined> {
    for (;;) {
      let body: string | undefined;
      const queue = this.vhost.queue(name);
      if (queue === undefined) return undefined;
      const got = queue.get(true, (message) => (body = bodyText(message)));
      if (got !== undefined) return body;
      await new Promise<void>((resolve) => {
        if (!queue.whenAnswered(resolve)) setImmediate(resolve);
      });
    }
  }

  async drain(name: string): Promise<string[]> {
    const bodies: string[] = [];
    for (let body = await this.get(name); body !== undefined; body = await this.get(name)) bodies.push(body);
    return bodies;
  }

  /** Consumes without acknowledgements; what comes is in the list. */
  consume(name: string): string[] {
    const bodies: string[] = [];
    const queue = this.queue(name);
    const target = {
      canTake: () => true,
      deliver: (_consumer: Consumer, message: Parameters<typeof bodyText>[0]) => void bodies.push(bodyText(message)),
      cancelled: () => bodies.push('cancelled'),
    };
    const asked = { tag: 't', noAck: true, exclusive: false, priority: 0, prefetch: 0, arguments: EMPTY_TABLE };
    const consumer = new Consumer(queue, target, queue.admit(asked, 0));
    queue.consumers.add(consumer);
    queue.activate(consumer);
    return bodies;
  }

  async turns(count = 20): Promise<void> {
    for (let n = 0; n < count; n++) await turn();
  }
}
