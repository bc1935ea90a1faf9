/** The exchange types there are, by the name that exchange.declare knows them by. */
import type { Chance } from '../../../util/chance.ts';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { ConsistentHashExchange } from './consistent-hash.ts';
import { DirectExchange } from './direct.ts';
import { FanoutExchange } from './fanout.ts';
import { HeadersExchange } from './headers.ts';
import { LocalRandomExchange } from './local-random.ts';
import { ModulusHashExchange } from './modulus-hash.ts';
import { RandomExchange } from './random.ts';
import { RecentHistoryExchange } from './recent-history.ts';
import { TopicExchange } from './topic.ts';

export type ExchangeType = new (options: ExchangeOptions, chance: Chance) => Exchange;

export const EXCHANGE_TYPES: ReadonlyMap<string, ExchangeType> = new Map<string, ExchangeType>([
  ['direct', DirectExchange],
  ['fanout', FanoutExchange],
  ['topic', TopicExchange],
  ['headers', HeadersExchange],
  ['x-consistent-hash', ConsistentHashExchange],
  ['x-local-random', LocalRandomExchange],
  ['x-modulus-hash', ModulusHashExchange],
  ['x-random', RandomExchange],
  ['x-recent-history', RecentHistoryExchange],
]);

/** Exchanges that every vhost has: name, type, internal (AMQP 0-9-1 section 3.1.3, and RabbitMQ's amq.rabbitmq.trace). */
export const PREDECLARED: readonly (readonly [name: string, type: string, internal: boolean])[] = [
  ['', 'direct', false],
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.topic', 'topic', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
];
