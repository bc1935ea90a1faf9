/** Sessions as the fuzz tests begin them: the stages of a connection, random frames, and valid sessions to be spoilt. */
import { toFieldTable } from '../../src/codec/field-table.ts';
import type { Method } from '../../src/protocol/generated/methods.ts';
import { clientProperties, frames, method, PROTOCOL_HEADER } from '../support/amqp-client/index.ts';
import { SHARED_QUEUES } from './arena.ts';
import type { Random } from './random.ts';

const startOk = frames.methodFrame(
  0,
  method('connection.start-ok', {
    clientProperties: clientProperties(),
    mechanism: 'PLAIN',
    response: Buffer.from('\0guest\0guest'),
    locale: 'en_US',
  }),
);
const tuneOk = frames.methodFrame(0, method('connection.tune-ok', { channelMax: 20, frameMax: 4096, heartbeat: 0 }));
const open = frames.methodFrame(0, method('connection.open', { virtualHost: '/' }));

/** From nothing said to an open connection, a frame each; clients need not wait for the answers. */
export const HANDSHAKE: readonly Buffer[] = [PROTOCOL_HEADER, startOk, tuneOk, open];
export const OPEN_CHANNEL = frames.methodFrame(1, method('channel.open'));

/** As far as a client may have come: nothing said, each step of the handshake, an open channel, content under way. */
export const STAGES: readonly Buffer[] = [
  ...[0, 1, 2, 3, 4].map((length) => Buffer.concat(HANDSHAKE.slice(0, length))),
  Buffer.concat([...HANDSHAKE, OPEN_CHANNEL]),
  Buffer.concat([...HANDSHAKE, OPEN_CHANNEL, frames.methodFrame(1, method('basic.publish', { routingKey: 'fuzz-a' }))]),
  Buffer.concat([
    ...HANDSHAKE,
    OPEN_CHANNEL,
    frames.methodFrame(1, method('basic.publish', { routingKey: 'fuzz-a' })),
    frames.headerFrame(1, 1000, { deliveryMode: 2 }),
  ]),
];

/** Any frame: whole, but of a random type with a random payload. */
export function randomFrame(random: Random): Buffer {
  const known = [frames.METHOD, frames.METHOD, frames.METHOD, frames.HEADER, frames.BODY, frames.HEARTBEAT];
  const type = random.chance(0.9) ? random.pick(known) : random.below(256);
  const end = random.chance(0.95) ? frames.END : random.below(256);
  return frames.encodeFrame(type, random.pick([0, 1, 1, 2, 65535]), random.bytes(random.below(64)), end);
}

/** What a real client might say on channel 1 of an open connection: all of it valid. */
export function validSession(random: Random): Buffer[] {
  const queue = random.pick(SHARED_QUEUES);
  const said: Buffer[] = [...HANDSHAKE, OPEN_CHANNEL];
  const say = (command: Method) => said.push(frames.methodFrame(1, command));
  say(method(random.chance(0.3) ? 'tx.select' : 'confirm.select'));
  say(method('queue.declare', { queue, durable: true, arguments: { 'x-max-length': 100 } }));
  say(method('queue.bind', { queue, exchange: 'amq.topic', routingKey: '#', arguments: { deep: { er: [1, 'two'] } } }));
  say(method('basic.qos', { prefetchCount: 3 }));
  say(method('basic.consume', { queue, consumerTag: 'c' }));
  for (let count = random.between(1, 10); count > 0; count--) {
    const body = random.bytes(random.below(9000));
    say(method('basic.publish', { exchange: 'amq.topic', routingKey: 'a.b', mandatory: true }));
    said.push(frames.headerFrame(1, body.length, { deliveryMode: 2, headers: toFieldTable({ a: { b: 'c' } }) }));
    for (let at = 0; at < body.length; at += 4088) said.push(frames.bodyFrame(1, body.subarray(at, at + 4088)));
    if (random.chance(0.5)) say(method('basic.get', { queue }));
    if (random.chance(0.3)) say(method('basic.ack', { deliveryTag: 0, multiple: true }));
    if (random.chance(0.1)) said.push(frames.heartbeatFrame);
  }
  say(method('basic.recover', { requeue: true }));
  say(method('basic.cancel', { consumerTag: 'c' }));
  say(method('channel.close', { replyCode: 200 }));
  said.push(frames.methodFrame(0, method('connection.close', { replyCode: 200 })));
  return said;
}
