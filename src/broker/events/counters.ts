/**
 * What RabbitMQ counts (its HTTP API: `message_stats`), under the API's names. Counters are plain numbers that only rise; whoever they
 * count for owns them.
 */

/** Adds each number to that of the same name. */
export function addCounters<C extends object>(to: C, from: C): void {
  const [sums, addends] = [to, from] as unknown as Record<string, unknown>[];
  for (const name in addends) {
    const addend = addends[name];
    if (typeof addend === 'number') (sums[name] as number) += addend;
  }
}

/** What a channel publishes: all of it, or by one exchange. */
export class PublishCounters {
  /** Messages published; those of a transaction are when it is committed. */
  publish = 0;
  /** Messages confirmed with basic.ack. */
  confirm = 0;
  /** Messages that no queue took: mandatory ones, and others. */
  returnUnroutable = 0;
  dropUnroutable = 0;
}

/** No queue took a message. */
export function countUnroutable(counters: PublishCounters, mandatory: boolean): void {
  if (mandatory) counters.returnUnroutable++;
  else counters.dropUnroutable++;
}

/** What a queue gives, a channel takes, or a channel takes from one queue. */
export class DeliveryCounters {
  /** Deliveries to consumers: those to be acknowledged, and those that are not. */
  deliver = 0;
  deliverNoAck = 0;
  /** The same for basic.get; and how often that found nothing. */
  get = 0;
  getNoAck = 0;
  getEmpty = 0;
  /** Deliveries of either kind that were not the message's first. */
  redeliver = 0;
  ack = 0;
}

/** A message is delivered to a consumer. */
export function countDelivery(counters: DeliveryCounters, noAck: boolean, redelivered: boolean): void {
  if (noAck) counters.deliverNoAck++;
  else counters.deliver++;
  if (redelivered) counters.redeliver++;
}

/** A message is taken by basic.get. */
export function countGet(counters: DeliveryCounters, noAck: boolean, redelivered: boolean): void {
  if (noAck) counters.getNoAck++;
  else counters.get++;
  if (redelivered) counters.redeliver++;
}

/** What goes through a channel; the sums over a vhost, or the broker, are the same counters. */
export class ChannelCounters extends DeliveryCounters implements PublishCounters {
  // As those of one exchange.
  publish = 0;
  confirm = 0;
  returnUnroutable = 0;
  dropUnroutable = 0;
  /** Messages that were published in confirm mode. */
  publishConfirm = 0;
}

export class ExchangeCounters {
  /** Messages published to the exchange by clients. */
  publishIn = 0;
  /** Copies of them that it led to a queue. */
  publishOut = 0;
}

export class ConnectionCounters {
  recvOct = 0;
  /** Reads of the socket. */
  recvCnt = 0;
  sendOct = 0;
  /** Writes to the socket. */
  sendCnt = 0;
}

/** What came and went since the broker started (RabbitMQ: `churn_rates`). */
export class ChurnCounters {
  connectionCreated = 0;
  connectionClosed = 0;
  channelCreated = 0;
  channelClosed = 0;
  /** Declarations that were not refused, of queues that were there too; not passive ones. */
  queueDeclared = 0;
  queueCreated = 0;
  queueDeleted = 0;
}
