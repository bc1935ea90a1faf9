/** Topic matching, which must not grow with the number of bindings. */
import { RoutedMessage } from '../../src/broker/routing/exchange/routed-message.ts';
import { TopicExchange } from '../../src/broker/routing/exchange/topic.ts';
import { EMPTY_TABLE } from '../../src/protocol/field-table.ts';
import type { Micro } from './loop.ts';

const KEYS = 1000;

function exchange(name: string): TopicExchange {
  return new TopicExchange({ name, durable: false, autoDelete: false, internal: false, arguments: EMPTY_TABLE });
}

export const routing: readonly Micro[] = [100, 10_000].map((bindings) => ({
  name: `topic match, ${bindings} bindings`,
  description: 'stock.<n>.* and *.<n>.#; each key matches one',
  prepare: () => {
    const source = exchange('source');
    const destination = exchange('destination');
    for (let i = 0; i < bindings; i++) {
      const routingKey = i % 2 === 0 ? `stock.${i}.*` : `*.${i}.#`;
      source.bind({ source, destination, routingKey, arguments: EMPTY_TABLE });
    }
    const keys = Array.from({ length: KEYS }, (_, i) => `stock.${(i * 7) % bindings}.eur`);
    return {
      operations: KEYS,
      run: () => {
        let found = 0;
        for (const key of keys) source.match(new RoutedMessage(key, undefined), () => found++);
        if (found !== KEYS) throw new Error(`${found} bindings matched ${KEYS} keys`);
        return found;
      },
    };
  },
}));
