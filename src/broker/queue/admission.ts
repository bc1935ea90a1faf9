/** Which consumers a queue lets in (AMQP 0-9-1: basic.consume, exclusive; RabbitMQ: Single Active Consumer, Quorum Queues). */
import * as errors from '../arguments/errors.ts';
import type { ConsumerOptions } from './consumer.ts';
import type { QueueSettings } from './queue-settings.ts';

/** Where a consumer of a stream begins. */
const STREAM_OFFSET = 'x-stream-offset';

interface AdmittingQueue {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly consumers: { readonly count: number; readonly exclusive: boolean };
}

/** See DeclaredQueue.admit. */
export function admitConsumer(
  asked: ConsumerOptions,
  globalPrefetch: number,
  { name, settings, consumers }: AdmittingQueue,
  vhost: string,
): ConsumerOptions {
  if (asked.arguments.has(STREAM_OFFSET)) throw errors.onlyForStreams(STREAM_OFFSET, name, vhost, settings.type);
  const quorum = settings.type === 'quorum';
  if (quorum && globalPrefetch > 0) throw errors.noGlobalPrefetch(name, vhost);
  // Quorum queues do not know exclusive consumers: RabbitMQ takes the flag and lets others consume too.
  const exclusive = asked.exclusive && !quorum;
  if (consumers.exclusive || (exclusive && (consumers.count > 0 || settings.singleActiveConsumer))) {
    throw errors.exclusiveUse(name, vhost);
  }
  return { ...asked, exclusive };
}
