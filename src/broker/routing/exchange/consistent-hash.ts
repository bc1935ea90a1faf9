/**
 * The consistent hash exchange: one destination a message, by the hash of its routing key, of a header or of a property,
 * and each destination's share by the weight that is its binding key (RabbitMQ: Consistent Hash Exchange Type).
 * Every destination draws a number for each hash, and the least wins, a heavier one drawing lesser numbers: so a
 * destination that comes or goes takes or leaves its own share, and nothing moves between the others.
 */
import { AmqpError } from '../../../protocol/amqp-error.ts';
import { printFieldValue } from '../../arguments/print.ts';
import { type HashSource, hashSource } from './arguments.ts';
import type { Binding, BindingIdentity } from './binding.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { combineHashes, hashText } from './hash.ts';
import type { RoutedMessage } from './routed-message.ts';

interface Share {
  readonly hash: number;
  readonly weight: number;
}

export class ConsistentHashExchange extends Exchange {
  readonly type = 'x-consistent-hash';
  override readonly perMessage: boolean;
  readonly #source: HashSource;
  readonly #shares = new Map<Binding, Share>();

  constructor(options: ExchangeOptions) {
    super(options);
    this.#source = hashSource(options.arguments);
    this.perMessage = this.#source.from !== 'routing-key';
  }

  override validateBinding({ routingKey }: BindingIdentity): void {
    if (!/^[+-]?\d+$/.test(routingKey)) {
      const key = printFieldValue({ type: 'longstr', value: Buffer.from(routingKey) });
      throw new AmqpError('PRECONDITION_FAILED', `The binding key must be an integer: ${key}`);
    }
    if (Number(routingKey) < 1) {
      throw new AmqpError('PRECONDITION_FAILED', 'The binding key must be greater than 0');
    }
  }

  match(message: RoutedMessage, found: (binding: Binding) => void): void {
    const hash = hashText(this.#hashed(message));
    let winner: Binding | undefined;
    let least = Infinity;
    for (const [binding, share] of this.#shares) {
      // Exponentially distributed with the weight as its rate: the least is this one's with a chance of weight / all weights.
      const drawn = -Math.log((combineHashes(hash, share.hash) + 1) / 2 ** 32) / share.weight;
      if (drawn >= least && winner !== undefined) continue;
      least = drawn;
      winner = binding;
    }
    if (winner !== undefined) found(winner);
  }

  protected added(binding: Binding): void {
    const { kind, name } = binding.destination;
    // By the destination alone: one that changes its weight keeps what it had, or gains to it.
    this.#shares.set(binding, { hash: hashText(`${kind} ${name}`), weight: Number(binding.routingKey) });
  }

  protected removed(binding: Binding): void {
    this.#shares.delete(binding);
  }

  protected emptied(): void {
    this.#shares.clear();
  }

  /** What tells messages apart; those that lack it go all one way. */
  #hashed({ routingKey, properties }: RoutedMessage): string {
    const source = this.#source;
    if (source.from === 'routing-key') return routingKey;
    if (source.from === 'header') {
      const value = properties.headers?.get(source.name);
      if (value === undefined) return '';
      return value.type === 'longstr' ? value.value.toString() : printFieldValue(value);
    }
    if (source.name === 'timestamp') return String(properties.timestamp ?? '');
    return (source.name === 'message_id' ? properties.messageId : properties.correlationId) ?? '';
  }
}
