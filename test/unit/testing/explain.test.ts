/** Why no queue took a message, as errors of waits tell it. */
import { expect, test } from 'vitest';
import type { Vhost } from '../../../src/broker/topology/vhost.ts';
import type { Received } from '../../../src/testing/log/received.ts';
import { whyUnroutable } from '../../../src/testing/explain.ts';

/** Of a message to the exchange `shop`, which has bindings with these keys. */
function why(routingKey: string, ...keys: string[]): string {
  const bindings = keys.map((key) => ({ routingKey: key }));
  const vhost = { exchange: () => ({ bindings }) } as unknown as Vhost;
  return whyUnroutable(vhost, { exchange: 'shop', routingKey } as Received);
}

test('the binding that is misspelt least is named, or else the pattern that has most words in common', () => {
  expect(why('order.payed', 'bill', 'order.paid')).toMatch(/matches 'order\.payed'; nearest is 'order\.paid'$/);
  const patterns = ['stock.*', '*.created.eu', 'order.created.#.eu'];
  expect(why('order.created.in.us.or.elsewhere', ...patterns)).toMatch(/nearest is 'order\.created\.#\.eu'$/);
});

test('an exchange without bindings, and the default exchange, have nothing that is near', () => {
  expect(why('order')).toBe("exchange 'shop' has no bindings");
  expect(whyUnroutable(undefined, { exchange: '', routingKey: 'q' } as Received)).toBe("there is no queue 'q'");
});
