/** What x-recent-history keeps is bounded by bytes too, and its own. */
import { expect, test } from 'vitest';
import { History } from '../../../../../src/broker/routing/exchange/history.ts';
import { Message } from '../../../../../src/broker/message/message.ts';

const MIB = 1024 * 1024;

function message(body: Buffer): Message {
  const made = new Message();
  made.route = Buffer.from([1, 0x78, 0]);
  made.routeEnd = 3;
  made.properties = Buffer.from([0, 0]);
  made.propertiesEnd = 2;
  made.body = body;
  made.bodyEnd = body.length;
  return made;
}

test('older messages go once the newer ones have 16 MiB, however many are asked for', () => {
  const history = new History(1_000_000);
  for (let i = 0; i < 40; i++) history.keep(message(Buffer.alloc(MIB, i)));
  expect(history.replay().map(({ body }) => body[0])).toEqual(Array.from({ length: 15 }, (_, index) => 25 + index));
});

test('the last message is kept whatever its size', () => {
  const history = new History(20);
  history.keep(message(Buffer.from('small')));
  history.keep(message(Buffer.alloc(17 * MIB)));
  expect(history.replay().map(({ bodySize }) => bodySize)).toEqual([17 * MIB]);
  history.keep(message(Buffer.from('next')));
  expect(history.replay().map(({ body }) => body.toString())).toEqual(['next']);
});

test('a kept message does not change with the buffer it came in', () => {
  const history = new History(20);
  const body = Buffer.from('before');
  history.keep(message(body));
  body.write('after!');
  const [kept] = history.replay();
  expect(kept.body.toString()).toBe('before');
  expect([kept.exchange, kept.routingKey]).toEqual(['x', '']);
});
