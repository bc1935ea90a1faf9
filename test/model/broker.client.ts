/** The one client that the compared broker has, with a channel more than the model knows for what is to be answered; and what it received. */
import { fromFieldTable } from '../../src/codec/field-table.ts';
import { type AmqpChannel, AmqpClient, type Received } from '../support/amqp-client/index.ts';
import { CHANNELS, WITHOUT_CONFIRMS } from './broker.steps.ts';
import type { MessageModel, Shown } from './queue.model.ts';

const CONTROL = 9;

export interface Seen extends Shown {
  readonly tag: number;
}

export class BrokerClient {
  /** What it received in this step. */
  seen: Seen[] = [];
  #client!: AmqpClient;
  readonly #channels = new Map<number, AmqpChannel>();
  /** By channel, what was confirmed: true where it was refused. */
  readonly #confirmed = new Map<number, Map<number, boolean>>();
  /** By consumer tag. */
  readonly #queueOf = new Map<string, string>();

  async connect(url: string): Promise<void> {
    this.#client = await AmqpClient.connect(url);
    this.#client.inbox.onReceived = (channel, received) => this.#receive(channel, received);
    this.#confirmed.clear();
    for (const number of [...CHANNELS, CONTROL]) await this.#open(number);
    this.seen = [];
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Leaves without a word. */
  destroy(): void {
    this.#client.destroy();
  }

  get control(): AmqpChannel {
    return this.channel(CONTROL);
  }

  channel(number: number): AmqpChannel {
    return this.#channels.get(number)!;
  }

  async closeChannel(number: number): Promise<void> {
    await this.sync();
    this.channel(number).send('channel.close', { replyCode: 200, replyText: 'bye' });
    await this.sync();
    this.#confirmed.delete(number);
    await this.#open(number);
  }

  /** What comes for this consumer is from this queue. */
  consumes(tag: string, queue: string): void {
    this.#queueOf.set(tag, queue);
  }

  /** Everything that it said was done, and everything that came of it was received. */
  async sync(): Promise<void> {
    await this.control.call('exchange.declare', { exchange: 'amq.direct', passive: true });
  }

  /** The queue's deliveries in this step. */
  delivered(queue: string): Seen[] {
    return this.seen.filter((seen) => seen.what === 'deliver' && seen.queue === queue);
  }

  /** What was confirmed on a channel, by number: true where it was refused. */
  confirmed(channel: number): [number, boolean][] {
    return [...(this.#confirmed.get(channel) ?? [])].sort(([a], [b]) => a - b);
  }

  async #open(number: number): Promise<void> {
    // What nobody takes from the inbox was heard when it came.
    this.#client.inbox.takeAll(number);
    const channel = await this.#client.channel(number);
    this.#channels.set(number, channel);
    if (number !== CONTROL && number !== WITHOUT_CONFIRMS) await channel.call('confirm.select');
  }

  #receive(channel: number, { method, content }: Received): void {
    if (channel === CONTROL) return;
    const message = (): MessageModel => {
      const { exchange, routingKey: key } = method as { exchange: string; routingKey: string };
      const { deliveryMode, priority, expiration, headers } = content!.properties;
      const plain = headers === undefined ? {} : fromFieldTable(headers);
      const body = content!.body.toString();
      return { body, exchange, key, persistent: deliveryMode === 2, priority, expiration, headers: plain };
    };
    const none = { channel, queue: '', consumer: '', redelivered: false, tag: 0, message: undefined };
    switch (method.name) {
      case 'basic.deliver': {
        const { consumerTag: consumer, redelivered, deliveryTag: tag } = method;
        const queue = this.#queueOf.get(consumer)!;
        this.seen.push({ what: 'deliver', channel, queue, consumer, redelivered, tag, message: message() });
        break;
      }
      case 'basic.get-ok':
        this.seen.push({
          ...none,
          what: 'get',
          redelivered: method.redelivered,
          tag: method.deliveryTag,
          message: message(),
        });
        break;
      case 'basic.return':
        this.seen.push({ ...none, what: 'return', message: message() });
        break;
      case 'basic.cancel': {
        const { consumerTag: consumer } = method;
        this.seen.push({ ...none, what: 'cancel', consumer, queue: this.#queueOf.get(consumer)! });
        break;
      }
      case 'basic.ack':
      case 'basic.nack':
        this.#confirm(channel, method.deliveryTag, method.multiple, method.name === 'basic.nack');
        break;
      case 'channel.close':
        throw new Error(`channel ${channel} was closed: ${method.replyText}`);
      default:
        break;
    }
  }

  #confirm(channel: number, upTo: number, multiple: boolean, refused: boolean): void {
    const confirmed = this.#confirmed.get(channel) ?? new Map<number, boolean>();
    this.#confirmed.set(channel, confirmed);
    if (!multiple && confirmed.has(upTo)) throw new Error(`${upTo} was confirmed twice`);
    for (let number = multiple ? 1 : upTo; number <= upTo; number++) {
      if (!confirmed.has(number)) confirmed.set(number, refused);
    }
  }
}
