/** The types of exchanges, with RabbitMQ's descriptions (RabbitMQ: HTTP API, `exchange_types`). */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  direct: 'AMQP direct exchange, as per the AMQP specification',
  fanout: 'AMQP fanout exchange, as per the AMQP specification',
  headers: 'AMQP headers exchange, as per the AMQP specification',
  topic: 'AMQP topic exchange, as per the AMQP specification',
  'x-consistent-hash': 'Consistent Hashing Exchange',
  'x-delayed-message': 'Delayed Message Exchange.',
  'x-local-random': 'Picks one random local binding (queue) to route via (to).',
  'x-modulus-hash': 'Modulus Hashing Exchange',
  'x-random': 'Randomly picks a binding (queue) to route via (to).',
  'x-recent-history': 'Recent History Exchange.',
};

export const EXCHANGE_TYPES: readonly object[] = Object.entries(DESCRIPTIONS).map(([name, description]) => ({
  name,
  description,
  enabled: true,
}));
