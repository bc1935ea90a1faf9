/** Frames that are whole but say nonsense (specification 4.2.3 to 4.2.7): the offender is closed, nobody else notices. */
import { describe, expect, test } from 'vitest';
import type { AmqpClient } from '../support/amqp-client/index.ts';
import { frames, method } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

async function open(): Promise<AmqpClient> {
  const client = await target.connect();
  await client.channel(1);
  return client;
}

/** A client that has sent basic.publish and this as the payload of its content header. */
async function publishing(header: readonly number[]): Promise<AmqpClient> {
  const client = await open();
  client.write(frames.methodFrame(1, method('basic.publish', { exchange: 'amq.fanout' })));
  return client.sendFrame(frames.HEADER, 1, Buffer.from(header));
}

/** Class basic, weight 0, body size 0. */
const EMPTY_BODY = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

describe('content headers', () => {
  test('malformed/header-short: a content header that ends before its body size is refused with 501', async () => {
    const client = await publishing([0, 60, 0, 0]);
    await client.expectClose(501, 'FRAME_ERROR - type 2, all octets = <<0,60,0,0>>: unknown_frame');
  });

  test('malformed/header-weight: a content header whose weight is not zero is refused with 505', async () => {
    const client = await publishing([0, 60, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    client.send(1, 'channel.flow', { active: true });
    await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
    );
  });

  test('malformed/properties: properties that cannot be decoded close the connection', async () => {
    const cases = {
      'flags that go on into nothing': [0xff, 0xff],
      'a content-type that ends early': [0x80, 0, 9, 65],
      'an unknown type in the headers': [0x20, 0, 0, 0, 0, 3, 1, 97, 0x5a],
      'octets after the last property': [0, 0, 7],
    };
    const other = await open();
    for (const [name, octets] of Object.entries(cases)) {
      const client = await publishing([...EMPTY_BODY, ...octets]);
      // RabbitMQ's channel crashes and says no more than this.
      const [code, text] = target.rabbitmq ? [541, /^INTERNAL_ERROR/] : [501, /^FRAME_ERROR - /];
      await expect(client.expectClose(code, text), name).resolves.toBeDefined();
    }
    await other.expectAlive();
  });
});

describe('methods', () => {
  test('malformed/method-short: a method frame too short for class and method is refused with 501', async () => {
    for (const [octets, printed] of [
      [[], '<<>>'],
      [[0, 50], '<<0,50>>'],
    ] as const) {
      const client = (await open()).sendFrame(frames.METHOD, 1, Buffer.from(octets));
      await client.expectClose(501, `FRAME_ERROR - type 1, all octets = ${printed}: unknown_frame`);
    }
  });

  test('malformed/table: a table with an unknown type closes the connection', async () => {
    const declare = [0, 50, 0, 10, 0, 0, 1, 97, 4, 0, 0, 0, 3, 1, 97, 0x5a];
    const client = (await open()).sendFrame(frames.METHOD, 1, Buffer.from(declare));
    if (target.rabbitmq) await client.expectSocketClosed();
    else await client.expectClose(501, /^FRAME_ERROR - /);
  });

  test.each([
    ['a name', '\x01\xffV'],
    ['the name of a nested field', '\x01nF\0\0\0\x03\x01\xffV'],
    ['a name inside an array', '\x01nA\0\0\0\x08F\0\0\0\x03\x01\xffV'],
  ])('malformed/argument-names: %s in arguments that is not UTF-8 is refused with 501', async (_what, fields) => {
    const client = await target.connect();
    await client.channel(1);
    const payload = frames.methodPayload(method('queue.declare', { exclusive: true }));
    const length = Buffer.from([0, 0, 0, fields.length]);
    client.sendFrame(frames.METHOD, 1, Buffer.concat([payload.subarray(0, -4), length, Buffer.from(fields, 'latin1')]));
    await client.expectClose(501, 'FRAME_ERROR - Malformed UTF-8 in shortstr');
  });

  test('malformed/utf8: a short string that is not UTF-8 is refused with 501', async () => {
    const declare = [0, 50, 0, 10, 0, 0, 2, 0xff, 0xfe, 4, 0, 0, 0, 0];
    const client = (await open()).sendFrame(frames.METHOD, 1, Buffer.from(declare));
    await client.expectClose(501, 'FRAME_ERROR - Malformed UTF-8 in shortstr');
  });

  test('malformed/publish-interrupted: channel.close in place of a content header is refused with 505', async () => {
    const client = await open();
    client.write(frames.methodFrame(1, method('basic.publish', { exchange: 'amq.fanout' })));
    client.send(1, 'channel.close', { replyCode: 200 });
    await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
    );
  });
});

describe('frames out of place', () => {
  test('malformed/heartbeat-payload: a heartbeat with a payload is refused with 501', async () => {
    const client = (await open()).sendFrame(frames.HEARTBEAT, 0, Buffer.from('x'));
    await client.expectClose(501, 'FRAME_ERROR - type 8, all octets = <<"x">>: unknown_frame');
  });

  test('malformed/content-on-zero: content on channel 0 is refused with 505', async () => {
    const client = (await open()).sendFrame(frames.BODY, 0, Buffer.from('x'));
    await client.expectClose(505, 'UNEXPECTED_FRAME - type 3, all octets = <<"x">>');
  });

  test('malformed/content-unopened: content on a channel that is not open is refused with 505', async () => {
    const client = (await open()).sendFrame(frames.BODY, 9, Buffer.from('x'));
    await client.expectClose(505, 'UNEXPECTED_FRAME - expected method frame, got non method frame instead');
  });

  test('malformed/type-on-zero: a frame of unknown type on channel 0 is refused with 501', async () => {
    const client = (await open()).sendFrame(0, 0, Buffer.from('x'));
    await client.expectClose(501, 'FRAME_ERROR - type 0, all octets = <<"x">>: unknown_frame');
  });

  test('connection/unexpected: handshake methods and close-ok on a running connection are refused with 504', async () => {
    for (const name of [
      'connection.start-ok',
      'connection.tune-ok',
      'connection.blocked',
      'connection.close-ok',
      'channel.open',
    ] as const) {
      const client = (await open()).send(0, name);
      await client.expectClose(504, 'CHANNEL_ERROR - unexpected method in connection state running');
    }
  });

  test('channel/unsolicited-close-ok: a close-ok nobody asked for is refused with 503', async () => {
    const client = (await open()).send(1, 'channel.close-ok');
    await client.expectClose(503, 'COMMAND_INVALID - unimplemented method');
  });
});
