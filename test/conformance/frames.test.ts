/** Frames and their limits, and what breaks them (specification 2.3 and 4.2). */
import { describe, expect, test } from 'vitest';
import { frames, method } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();
const publish = (channel: number) =>
  frames.methodFrame(channel, method('basic.publish', { exchange: 'amq.fanout', routingKey: 'nowhere' }));

describe('frame errors', () => {
  test('frame/too-large: a payload beyond frame_max is refused with 501', async () => {
    const client = await target.connect({ tune: { frameMax: 4096 } });
    await client.channel(1);
    client.sendFrame(frames.BODY, 1, Buffer.alloc(4097));
    await client.expectClose(501, 'FRAME_ERROR - type 3, all octets = <<>>: {frame_too_large,4097,4088}');
  });

  test('frame/too-large-header: a frame whose size field lies is refused before its payload arrives', async () => {
    const client = await target.connect({ tune: { frameMax: 4096 } });
    client.write(Buffer.from([frames.METHOD, 0, 1, 0x7f, 0xff, 0xff, 0xff]));
    await client.expectClose(501, 'FRAME_ERROR - type 1, all octets = <<>>: {frame_too_large,2147483647,4088}');
  });

  test('frame/fudge: a payload of frame_max octets, eight more than the limit, is accepted', async () => {
    const client = await target.connect({ tune: { frameMax: 4096 } });
    const channel = await client.channel();
    const queue = await channel.queue();
    client.write(frames.methodFrame(channel.number, method('basic.publish', { routingKey: queue })));
    client.write(frames.headerFrame(channel.number, 4096));
    client.write(frames.bodyFrame(channel.number, Buffer.alloc(4096, 'x')));
    expect((await channel.get(queue))?.body).toBe('x'.repeat(4096));
  });

  test("frame/end: a wrong end octet is refused with 501 and the frame's octets", async () => {
    const client = await target.connect();
    await client.channel(1);
    const payload = frames.methodPayload(method('channel.flow', { active: true }));
    client.write(frames.encodeFrame(frames.METHOD, 1, payload, 0xcd));
    await client.expectClose(501, 'FRAME_ERROR - type 1, all octets = <<0,20,0,20,1>>: {invalid_frame_end_marker,205}');
  });

  test('frame/unknown-type: a frame of unknown type is refused with 501', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.sendFrame(9, 1, Buffer.from('abc'));
    await client.expectClose(501, 'FRAME_ERROR - type 9, all octets = <<"abc">>: unknown_frame');
  });

  test('frame/truncated-method: a method that ends inside its fields is refused with 501', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.sendFrame(frames.METHOD, 1, Buffer.from([0, 50, 0, 10, 0]));
    await client.expectClose(501, 'FRAME_ERROR - cannot decode <<0>>');
  });

  test("frame/trailing-octets: octets after a method's last field are refused with 501", async () => {
    const client = await target.connect();
    await client.channel(1);
    client.sendFrame(frames.METHOD, 1, Buffer.from([0, 20, 0, 20, 1, 2]));
    await client.expectClose(501, 'FRAME_ERROR - cannot decode <<1,2>>');
  });

  test("frame/unknown-method: an unknown method closes the connection and nobody else's", async () => {
    const other = await target.connect();
    const client = await target.connect();
    await client.channel(1);
    client.sendFrame(frames.METHOD, 1, Buffer.from([0, 60, 3, 231]));
    if (target.rabbitmq) await client.expectSocketClosed();
    else await client.expectClose(503, /^COMMAND_INVALID - /);
    await other.expectAlive();
  });
});

describe('content framing', () => {
  test('frame/heartbeat-channel: a heartbeat on a channel is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.sendFrame(frames.HEARTBEAT, 1, Buffer.alloc(0));
    await client.expectClose(505, 'UNEXPECTED_FRAME - type 8, all octets = <<>>');
  });

  test('frame/header-first: a content header without a method is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(frames.headerFrame(1, 0));
    const close = await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected method frame, got non method frame instead',
    );
    expect(close).toMatchObject({ classId: 0, methodId: 0 });
  });

  test('frame/body-first: a body without a method is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(frames.bodyFrame(1, Buffer.from('x')));
    await client.expectClose(505, 'UNEXPECTED_FRAME - expected method frame, got non method frame instead');
  });

  test('frame/method-for-header: a method where a content header is due is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(publish(1)).send(1, 'channel.flow', { active: true });
    const close = await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
    );
    expect(close).toMatchObject({ classId: 60, methodId: 40 });
  });

  test('frame/body-for-header: a body where a content header is due is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(publish(1)).write(frames.bodyFrame(1, Buffer.from('x')));
    await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected content header for class 60, got non content header frame instead',
    );
  });

  test('frame/header-class: a content header of another class is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(publish(1)).write(frames.headerFrame(1, 0, {}, 10));
    await client.expectClose(
      505,
      'UNEXPECTED_FRAME - expected content header for class 60, got one for class 10 instead',
    );
  });

  test('frame/method-for-body: a method where a body is due is refused with 505', async () => {
    const client = await target.connect();
    await client.channel(1);
    client.write(publish(1)).write(frames.headerFrame(1, 5)).send(1, 'channel.flow', { active: true });
    await client.expectClose(505, 'UNEXPECTED_FRAME - expected content body, got non content body frame instead');
  });

  test('frame/body-beyond-size: a body longer than its header says closes the connection', async () => {
    const client = await target.connect();
    const channel = await client.channel();
    const queue = await channel.queue();
    client.write(frames.methodFrame(channel.number, method('basic.publish', { routingKey: queue })));
    client.write(frames.headerFrame(channel.number, 2)).write(frames.bodyFrame(channel.number, Buffer.from('abc')));
    if (target.rabbitmq) {
      // It waits for more body and refuses the next method instead.
      channel.send('basic.get', { queue });
      await client.expectClose(505, 'UNEXPECTED_FRAME - expected content body, got non content body frame instead');
    } else await client.expectClose(501, /^FRAME_ERROR - content body frame exceeds remaining content size/);
  });
});

describe('content', () => {
  test('content/empty: an empty body travels without a body frame, both ways', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    channel.publish(queue, '', { messageId: 'm1' });
    const got = await channel.get(queue);
    expect(got).toMatchObject({ body: '', frames: [], properties: { messageId: 'm1' } });
  });

  test('content/split: the server splits a body into frames of at most frame_max octets', async () => {
    const channel = await target.channel({ tune: { frameMax: 4096 } });
    const queue = await channel.queue();
    const body = 'abcdefgh'.repeat(1_250);
    channel.publish(queue, body);
    const got = await channel.get(queue);
    expect(got?.body).toBe(body);
    expect(got?.frames).toEqual([4088, 4088, 10_000 - 2 * 4088]);
  });

  test("content/frame-max-differs: a publisher's frames are cut anew for a consumer with a smaller frame_max", async () => {
    const publisher = await target.channel();
    const queue = await publisher.queue(target.name('q'), { exclusive: false });
    publisher.publish(queue, Buffer.alloc(20_000, 'y'));
    await publisher.expectCounts(queue, { messages: 1 });
    const consumer = await target.channel({ tune: { frameMax: 4096 } });
    const got = await consumer.get(queue);
    expect(got?.body).toBe('y'.repeat(20_000));
    expect(Math.max(...got!.frames)).toBe(4088);
  });

  test('content/many-small-body-frames: a body may come in frames of any size, empty ones too', async () => {
    const client = await target.connect();
    const channel = await client.channel();
    const queue = await channel.queue();
    client.write(frames.methodFrame(channel.number, method('basic.publish', { routingKey: queue })));
    client.write(frames.headerFrame(channel.number, 5));
    for (const part of ['a', '', 'bcd', 'e']) client.write(frames.bodyFrame(channel.number, Buffer.from(part)));
    expect((await channel.get(queue))?.body).toBe('abcde');
  });

  test('content/properties: every property and header comes back as it was sent', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const properties = {
      contentType: 'text/plain',
      contentEncoding: 'identity',
      deliveryMode: 2,
      priority: 7,
      correlationId: 'c-1',
      replyTo: 'r-1',
      expiration: '60000',
      messageId: 'm-1',
      timestamp: 1_700_000_000,
      type: 't-1',
      userId: 'guest',
      appId: 'a-1',
      clusterId: 'k-1',
    };
    const headers = {
      text: 'ü',
      int: 42,
      big: 2 ** 40,
      yes: true,
      no: null,
      list: [1, 'two', { three: 3 }],
      float: 1.5,
    };
    channel.publish(queue, 'x', { ...properties, headers });
    const got = await channel.get(queue);
    const { headers: table, ...rest } = got!.properties;
    expect(rest).toEqual(properties);
    const { fromFieldTable } = await import('../../src/codec/field-table.ts');
    expect(fromFieldTable(table!)).toEqual(headers);
  });

  test('content/large: a body of 4 MiB arrives whole', async () => {
    const channel = await target.channel();
    const queue = await channel.queue();
    const body = Buffer.alloc(4 * 1024 * 1024);
    for (let at = 0; at < body.length; at += 4) body.writeUInt32BE(at, at);
    channel.publish(queue, body.toString('base64'));
    expect((await channel.get(queue))?.body).toBe(body.toString('base64'));
  });

  test('content/interleaved: contents of different channels may interleave frame by frame', async () => {
    const client = await target.connect();
    const one = await client.channel();
    const two = await client.channel();
    const queue = await one.queue();
    const start = (channel: number) =>
      client.write(frames.methodFrame(channel, method('basic.publish', { routingKey: queue })));
    start(one.number);
    start(two.number);
    client.write(frames.headerFrame(one.number, 4)).write(frames.headerFrame(two.number, 4));
    client
      .write(frames.bodyFrame(one.number, Buffer.from('on')))
      .write(frames.bodyFrame(two.number, Buffer.from('tw')));
    client
      .write(frames.bodyFrame(two.number, Buffer.from('o!')))
      .write(frames.bodyFrame(one.number, Buffer.from('e!')));
    await one.expectCounts(queue, { messages: 2 });
    expect((await one.drain(queue)).sort()).toEqual(['one!', 'two!']);
  });
});
