/** What clients look for in the properties that the server sends with connection.start. */
export const RABBITMQ_PROPERTIES = {
  product: 'RabbitMQ',
  capabilities: {
    publisher_confirms: true,
    exchange_exchange_bindings: true,
    'basic.nack': true,
    consumer_cancel_notify: true,
    'connection.blocked': true,
    consumer_priorities: true,
    authentication_failure_close: true,
    per_consumer_qos: true,
    direct_reply_to: true,
  },
} as const;
