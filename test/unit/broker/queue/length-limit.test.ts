/** Length limits of queues whose dead letters go round, without a socket. */
import { expect, test } from 'vitest';
import type { Queue } from '../../../../src/broker/queue/queue.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { bodyText, messageOf } from '../../../support/recovery/messages.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

test('a letter that a dying message drives out of the next queue finds the room of the dead one', () => {
  const { vhost } = nodeInMemory();
  const declare = (name: string, limit: string, length: number, next: string): Queue => {
    const args = { [limit]: length, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': next };
    const options = { name, durable: false, autoDelete: false, owner: undefined };
    return vhost.declareQueue({ ...options, arguments: toFieldTable(args) }) as Queue;
  };
  const queues = [declare('bytes', 'x-max-length-bytes', 10, 'number'), declare('number', 'x-max-length', 1, 'bytes')];
  for (const [routingKey, body] of [
    ['number', 'small'],
    ['bytes', 'larger than ten'],
  ]) {
    const message = messageOf({ routingKey, body });
    vhost.publish(message, vhost.route(vhost.exchange('')!, message), undefined, 0);
  }
  const left = queues.map((queue) => {
    const bodies: string[] = [];
    while (queue.get(true, (message) => bodies.push(bodyText(message))));
    return bodies;
  });
  expect(left).toEqual([['small'], ['larger than ten']]);
});
