/** What is done at once to clients that are connected. The number of those whom it met is returned. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { ClientChannel, ClientConnection } from '../../broker/operations/clients.ts';
import { checkWord } from '../check.ts';
import type { Inside } from '../inside.ts';
import {
  type ChannelFilter,
  checkFilter,
  type ConnectionFilter,
  type ConsumerFilter,
  meetsChannel,
  meetsConnection,
} from './filters.ts';
import { replyName } from './reply-name.ts';

const CODES_OF_CHANNELS: readonly number[] = [403, 404, 405, 406];

export class Interruptions {
  readonly #inside: Inside;
  readonly #silent = new Set<ClientConnection>();

  /** @internal */
  constructor(inside: Inside) {
    this.#inside = inside;
  }

  /**
   * `reset` (by default): the socket is reset. `end`: the stream ends without a word, as by a proxy that goes. `silent`: the client hears nothing
   * any more, and nobody hears it, as if the network were gone; the broker gives it up after two heartbeats, if it has any, and its deliveries come
   * back.
   */
  dropConnection(filter: ConnectionFilter = {}, how: 'reset' | 'end' | 'silent' = 'reset'): number {
    checkFilter('connection', filter);
    checkWord('how', how, ['reset', 'end', 'silent']);
    return this.#each(filter, (connection) => {
      if (how === 'reset') connection.drop();
      else if (how === 'end') connection.hangUp();
      else {
        connection.fallSilent();
        this.#silent.add(connection);
      }
    });
  }

  /** By connection.close, with 320 if no code is given. */
  closeConnection(
    filter: ConnectionFilter = {},
    { code = 320, text = 'closed by the test' }: { code?: number | undefined; text?: string | undefined } = {},
  ): number {
    checkFilter('connection', filter);
    return this.#each(filter, (connection) => connection.close(new AmqpError(replyName(code), text)));
  }

  /** By channel.close. @throws RangeError for a code that closes no channel */
  closeChannel(
    filter: ChannelFilter,
    { code, text = 'closed by the test' }: { code: 403 | 404 | 405 | 406; text?: string | undefined },
  ): number {
    if (!CODES_OF_CHANNELS.includes(code)) throw new RangeError(`${code} closes no channel: 403, 404, 405 and 406 do`);
    return this.#eachChannel(filter, (channel) => channel.fail(new AmqpError(replyName(code), text)));
  }

  /** By basic.cancel, as if the queue had gone away. */
  cancelConsumer(filter: ConsumerFilter): number {
    checkFilter('consumer', filter);
    const { queue, tag, ...ofChannel } = filter;
    let cancelled = 0;
    this.#eachChannel(ofChannel, (channel) => {
      for (const consumer of [...channel.consumers.values()]) {
        if ((queue ?? consumer.queue.name) !== consumer.queue.name || (tag ?? consumer.tag) !== consumer.tag) continue;
        consumer.queue.consumers.remove(consumer);
        consumer.target.cancelled(consumer);
        cancelled++;
      }
    });
    return cancelled;
  }

  /** What is at consumers of a queue comes back to it and goes out again, as redelivered. The first delivery's acknowledgement is ignored. */
  redeliver(queue: string, filter: ChannelFilter = {}): number {
    let redelivered = 0;
    this.#eachChannel(filter, (channel) => {
      channel.settleUnasked('failed', (name) => {
        if (name === queue) redelivered++;
        return name === queue;
      });
    });
    return redelivered;
  }

  /** @internal */
  protected dropSilent(): void {
    for (const connection of this.#silent) connection.drop();
    this.forgetSilent();
  }

  /** @internal */
  protected forgetSilent(): void {
    this.#silent.clear();
  }

  #each(filter: ConnectionFilter, action: (connection: ClientConnection) => void): number {
    const met = [...this.#inside.context.connections].filter((connection) => meetsConnection(connection, filter));
    for (const connection of met) action(connection);
    return met.length;
  }

  #eachChannel(filter: ChannelFilter, action: (channel: ClientChannel) => void): number {
    checkFilter('channel', filter);
    let met = 0;
    this.#each(filter, ({ channels }) => {
      for (const channel of [...channels.values()]) {
        if (!meetsChannel(channel, filter)) continue;
        action(channel);
        met++;
      }
    });
    return met;
  }
}
