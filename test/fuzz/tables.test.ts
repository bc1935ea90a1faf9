/** Field tables and properties that lie or never end: refused with an error, without the time or memory they ask for. */
import { describe, expect, test } from 'vitest';
import type { AmqpClient } from '../support/amqp-client/index.ts';
import { clientProperties, frames, method, PROTOCOL_HEADER, sayHello } from '../support/amqp-client/index.ts';
import { useArena } from './arena.ts';

const arena = useArena();

/** The fields of a table in which each level holds the next, and the innermost nothing. `kind` is a table or an array. */
function nested(levels: number, kind: 'F' | 'A'): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) inner = field(level === levels - 1 || kind === 'F', kind, inner);
  return inner;
}

/** One field, with a name or, inside an array, without. */
function field(named: boolean, kind: string, value: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([Buffer.from(named ? '\x01n' : ''), Buffer.from(kind), length, value]);
}

/** queue.declare with these bytes as its arguments, which say to be `length` long. */
function declare(fields: Buffer, length = fields.length): Buffer {
  const payload = frames.methodPayload(method('queue.declare', { exclusive: true }));
  const table = Buffer.alloc(4);
  table.writeUInt32BE(length);
  return Buffer.concat([payload.subarray(0, -4), table, fields]);
}

/** A content header with these bytes as its properties. */
function header(properties: Buffer): Buffer {
  return Buffer.concat([frames.headerFrame(1, 0).subarray(7, 7 + 12), properties]);
}

async function open(): Promise<AmqpClient> {
  const client = await arena().connect();
  await client.channel(1);
  return client;
}

async function refused(type: number, payload: Buffer): Promise<void> {
  const client = await open();
  if (type === frames.HEADER) client.send(1, 'basic.publish', { exchange: 'amq.headers' });
  client.sendFrame(type, 1, payload);
  await client.expectClose(501, /^FRAME_ERROR - /);
}

describe('tables in a method', () => {
  test('nested a hundred levels deep are taken, and deeper ones refused, of tables as of arrays', async () => {
    await arena().attack(async () => {
      for (const kind of ['F', 'A'] as const) {
        const client = await open();
        client.sendFrame(frames.METHOD, 1, declare(nested(99, kind)));
        await client.expect('queue.declare-ok', 1);
        await client.close();
        await refused(frames.METHOD, declare(nested(101, kind)));
        await refused(frames.METHOD, declare(nested(9000, kind)));
      }
    });
  });

  test('with lengths that lie are refused, at any place', async () => {
    await arena().attack(async () => {
      const fields = field(true, 'F', field(true, 'S', Buffer.from('text')));
      for (const length of [1, fields.length - 1, fields.length + 1, 0x7fff_ffff, 0xffff_ffff]) {
        await refused(frames.METHOD, declare(fields, length));
      }
      for (const at of [3, 10]) {
        for (const length of [0, 1, 5, 100, 0x7fff_ffff, 0xffff_ffff]) {
          const lying = Buffer.from(fields);
          // An empty table leaves what was in it to the one around, which is no lie that could be found.
          if (at === 3 && length === 0) continue;
          lying.writeUInt32BE(length, at);
          await refused(frames.METHOD, declare(lying));
        }
      }
    });
  });

  test('that fill a frame with fields of one name, or of names that differ, are dealt with in no time', async () => {
    await arena().attack(async () => {
      const client = await open();
      const same = Buffer.from('\x01nV'.repeat(40_000));
      const different = Buffer.concat(
        Array.from({ length: 15_000 }, (_, index) => Buffer.from(`\x05${10_000 + index}V`)),
      );
      for (const fields of [same, different]) {
        client.sendFrame(frames.METHOD, 1, declare(fields));
        await client.expect('queue.declare-ok', 1);
      }
      await client.close();
    });
  });

  test('in client properties are held to the same', async () => {
    await arena().attack(async () => {
      const startOk = method('connection.start-ok', { mechanism: 'PLAIN', response: Buffer.from('\0guest\0guest') });
      const payload = frames.methodPayload(startOk);
      for (const fields of [nested(101, 'F'), nested(500, 'A'), Buffer.from('\x01nZ'), Buffer.from('\xffn')]) {
        const client = await arena().dial();
        await sayHello(client);
        const length = Buffer.alloc(4);
        length.writeUInt32BE(fields.length);
        const spoilt = Buffer.concat([payload.subarray(0, 4), length, fields, payload.subarray(8)]);
        client.sendFrame(frames.METHOD, 0, spoilt);
        await client.expectClose(501, /^FRAME_ERROR - /);
      }
      const client = await arena().dial();
      client.write(PROTOCOL_HEADER);
      const properties = clientProperties();
      client.send(0, 'connection.start-ok', {
        clientProperties: properties,
        mechanism: 'PLAIN',
        response: startOk.response,
      });
      await client.expect('connection.start');
      await client.expect('connection.tune');
      client.destroy();
    });
  });
});

describe('properties', () => {
  test('that are cut short, too long, or hold what is no table are refused', async () => {
    await arena().attack(async () => {
      const broken: Record<string, readonly number[]> = {
        'no flags': [],
        'half the flags': [0x80],
        'a content type that is missing': [0x80, 0],
        'a content type longer than the frame': [0x80, 0, 255, 65],
        'a timestamp cut short': [0, 0x40, 0, 0, 0, 0],
        'octets left over': [0, 0, 1],
        'headers longer than the frame': [0x20, 0, 0xff, 0xff, 0xff, 0xff],
        'headers of an unknown type': [0x20, 0, 0, 0, 0, 3, 1, 97, 0x5a],
        'more flags without properties behind them': [0, 1, 0, 1],
        'flags without end': Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? 0 : 1)),
      };
      for (const [name, bytes] of Object.entries(broken)) {
        await expect(refused(frames.HEADER, header(Buffer.from(bytes))), name).resolves.toBeUndefined();
      }
      const headers = nested(101, 'F');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(headers.length);
      await refused(frames.HEADER, header(Buffer.concat([Buffer.from([0x20, 0]), length, headers])));
    });
  });
});
