/**
 * Whether messages come through (RabbitMQ: HTTP API, `/api/aliveness-test`): a queue is declared, and a message published to it and taken
 * again, with the rights of whoever asks. The queue stays, as RabbitMQ's does, for the next who asks.
 */
import { getMessages, type Taker } from '../../broker/operations/getting.ts';
import { publishMessage } from '../../broker/operations/publishing.ts';
import { declareQueue } from '../../broker/operations/queues.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { EMPTY_TABLE } from '../../protocol/field-table.ts';
import { badRequest, notAuthorised } from '../http/problem.ts';
import type { Call, Resource } from '../http/resource.ts';

const QUEUE = 'aliveness-test';
const BODY = Buffer.from('test_message');

export const aliveness: Resource = {
  path: '/aliveness-test/:vhost',
  GET: { role: 'management', handle: test },
};

async function test({ actor }: Call): Promise<unknown> {
  try {
    declareQueue(actor, { name: QUEUE, durable: false, exclusive: false, autoDelete: false, arguments: EMPTY_TABLE });
    const { confirmed } = publishMessage(actor, { exchange: '', routingKey: QUEUE, properties: {}, body: BODY });
    const isTaken = await confirmed;
    const taker = new OneTaken();
    await getMessages(actor, QUEUE, taker);
    // Another who tests may have taken it, and left its own.
    if (isTaken && !taker.wantsMore) return { status: 'ok' };
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    throw error.replyName === 'ACCESS_REFUSED' ? notAuthorised(error.message) : badRequest(error.message);
  }
  throw badRequest('the message that was published did not come back');
}

/** Any message. */
class OneTaken implements Taker {
  readonly afterwards = 'ack_requeue_false';
  wantsMore = true;

  take(): void {
    this.wantsMore = false;
  }
}
