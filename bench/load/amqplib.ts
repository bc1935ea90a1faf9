/** What an application sees: amqplib's own publisher and consumer. */
import { type Channel, type ChannelModel, connect, type ConfirmChannel } from 'amqplib';
import type { AmqplibConsumerSpec, AmqplibPublisherSpec, Counters, Role } from './role.ts';

export class AmqplibPublisher implements Role {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;
  readonly #spec: AmqplibPublisherSpec;
  readonly #counters: Counters;
  readonly #body: Buffer;
  readonly #fail: (error: Error) => void;
  #running = false;
  #onConfirmed: (() => void) | undefined;

  private constructor(
    connection: ChannelModel,
    channel: ConfirmChannel,
    spec: AmqplibPublisherSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#spec = spec;
    this.#counters = counters;
    this.#fail = fail;
    this.#body = Buffer.alloc(spec.size);
  }

  static async open(
    url: string,
    spec: AmqplibPublisherSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ): Promise<AmqplibPublisher> {
    const connection = await connect(url);
    connection.on('error', fail);
    const channel = await connection.createConfirmChannel();
    return new AmqplibPublisher(connection, channel, spec, counters, fail);
  }

  start(): void {
    this.#running = true;
    for (let i = 0; i < this.#spec.unconfirmed; i++) this.#send();
  }

  async stop(): Promise<void> {
    this.#running = false;
    if (this.#counters.confirmed === this.#counters.published) return;
    await new Promise<void>((resolve) => (this.#onConfirmed = resolve));
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  #send(): void {
    this.#counters.published++;
    this.#channel.sendToQueue(this.#spec.queue, this.#body, { persistent: this.#spec.persistent }, (error: unknown) => {
      if (error instanceof Error) this.#fail(error);
      this.#counters.confirmed++;
      if (this.#running) this.#send();
      else if (this.#counters.confirmed === this.#counters.published) this.#onConfirmed?.();
    });
  }
}

export class AmqplibConsumer implements Role {
  readonly #connection: ChannelModel;

  private constructor(connection: ChannelModel) {
    this.#connection = connection;
  }

  static async open(
    url: string,
    spec: AmqplibConsumerSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ): Promise<AmqplibConsumer> {
    const connection = await connect(url);
    connection.on('error', fail);
    const channel: Channel = await connection.createChannel();
    await channel.prefetch(spec.prefetch);
    await channel.consume(spec.queue, (message) => {
      if (message === null) {
        fail(new Error('the consumer was cancelled'));
        return;
      }
      const { length } = message.content;
      if (length !== spec.size) fail(new Error(`a body has ${length} bytes instead of ${spec.size}`));
      counters.consumed++;
      channel.ack(message);
    });
    return new AmqplibConsumer(connection);
  }

  start(): void {
    // It consumes from the beginning.
  }

  async stop(): Promise<void> {
    // It takes what comes until the end.
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }
}
