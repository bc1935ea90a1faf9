/**
 * What the stored files hold: topology as definitions, and messages of each kind that is stored in a way of its own. A later version that
 * stores something new adds it here as content of that version.
 */
import { type ConfirmChannel, connect, type Options } from 'amqplib';
import type { DefinitionsDocument } from '../../../src/broker/definitions/document.ts';

/** Topology of version 1. The password of anna is `annas-password`. */
const DEFINITIONS = {
  users: [
    {
      name: 'anna',
      password_hash: '2/h2G0G63ebnfqYEYIvXegmVAUn2omXBJZEcF/Jj7THhLQ8I',
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: ['monitoring', 'management'],
      limits: { 'max-connections': 5 },
    },
    { name: 'guest', password: 'guest', tags: ['administrator'] },
  ],
  vhosts: [
    { name: '/', description: 'Default virtual host', tags: [] },
    { name: 'shop', description: 'orders and bills', tags: ['a', 'b'], default_queue_type: 'quorum' },
  ],
  permissions: [
    { user: 'anna', vhost: 'shop', configure: '^a', write: 'w|v', read: '.*' },
    { user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' },
    { user: 'guest', vhost: 'shop', configure: '.*', write: '.*', read: '.*' },
  ],
  topic_permissions: [{ user: 'anna', vhost: 'shop', exchange: 'amq.topic', write: '^w', read: '' }],
  policies: [
    {
      vhost: '/',
      name: 'long',
      pattern: '^plain$',
      'apply-to': 'queues',
      definition: { 'max-length': 1000 },
      priority: 3,
    },
  ],
  queues: [
    { vhost: '/', name: 'both', durable: true, auto_delete: false, arguments: {} },
    { vhost: '/', name: 'large', durable: true, auto_delete: false, arguments: {} },
    { vhost: '/', name: 'plain', durable: true, auto_delete: false, arguments: { 'x-dead-letter-exchange': 'dead' } },
    { vhost: '/', name: 'urgent', durable: true, auto_delete: false, arguments: { 'x-max-priority': 5 } },
    { vhost: 'shop', name: 'orders', durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } },
  ],
  exchanges: [
    { vhost: '/', name: 'all', type: 'fanout', durable: true, auto_delete: false, internal: false, arguments: {} },
    {
      vhost: '/',
      name: 'dead',
      type: 'topic',
      durable: true,
      auto_delete: true,
      internal: true,
      arguments: { 'alternate-exchange': 'all' },
    },
    { vhost: '/', name: 'kinds', type: 'headers', durable: true, auto_delete: false, internal: false, arguments: {} },
  ],
  bindings: [
    binding('all', 'queue', 'both', ''),
    binding('all', 'queue', 'large', ''),
    binding('all', 'exchange', 'kinds', 'key'),
    binding('dead', 'queue', 'both', 'a.#'),
    binding('kinds', 'queue', 'plain', '', { 'x-match': 'any', kind: 'order', size: 7 }),
  ],
} satisfies DefinitionsDocument;

/** What version 2 can hold beside that: a queue that deduplicates. Its keys are there for ten years. */
const ONCE = {
  vhost: '/',
  name: 'once',
  durable: true,
  auto_delete: false,
  arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 315_360_000_000 },
};

/** What version 3 can hold beside that: an exchange with a message that waits for a hundred years. */
const DELAYED = {
  vhost: '/',
  name: 'later',
  type: 'x-delayed-message',
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: { 'x-delayed-type': 'direct' },
};

/** What version 4 can hold beside that: a queue with a body that is stored in parts. */
const HUGE = { vhost: '/', name: 'huge', durable: true, auto_delete: false, arguments: {} };

/** What version 5 can hold beside that: how often a message was delivered, and what was from more than one level of `urgent`. */
const COUNTED = {
  vhost: '/',
  name: 'counted',
  durable: true,
  auto_delete: false,
  arguments: { 'x-queue-type': 'quorum' },
};

/** What version 6 can hold beside that: a message that is dead, and waits for a queue that takes its letter. */
const SURELY = {
  vhost: '/',
  name: 'surely',
  durable: true,
  auto_delete: false,
  arguments: {
    'x-queue-type': 'quorum',
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': 'letters',
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  },
};

/** How many messages are dead and wait in a stored file, for the queue `letters`. */
export function deadOf(version: number): number {
  return version < 6 ? 0 : 1;
}

/** The definitions of a stored file. */
export function definitionsOf(version: number) {
  const { exchanges, queues } = DEFINITIONS;
  return {
    ...DEFINITIONS,
    queues: [
      ...queues,
      ...(version < 2 ? [] : [ONCE]),
      ...(version < 4 ? [] : [HUGE]),
      ...(version < 5 ? [] : [COUNTED]),
      ...(version < 6 ? [] : [SURELY]),
    ],
    exchanges: version < 3 ? exchanges : [...exchanges, DELAYED],
  } satisfies DefinitionsDocument;
}

/** The messages that wait at exchanges in a stored file. */
export function delayedOf(version: number): readonly { readonly exchange: string; readonly messages: number }[] {
  return version < 3 ? [] : [{ exchange: DELAYED.name, messages: 1 }];
}

function binding(source: string, type: 'queue' | 'exchange', destination: string, key: string, args: object = {}) {
  return {
    vhost: '/',
    source,
    destination,
    destination_type: type,
    routing_key: key,
    arguments: args as Readonly<Record<string, unknown>>,
  };
}

/** The body that two queues share, and the one that is kept apart though one queue has it. */
const SHARED = 'shared '.repeat(1000);
const LARGE = 'large '.repeat(50_000);

/** The body that is stored in parts, from version 4 on. */
const IN_PARTS = 'in parts '.repeat(120_000);

const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  '/ both': [SHARED],
  '/ large': [SHARED, LARGE],
  // The third of twelve is acknowledged.
  '/ plain': ['m0!', 'm1!', 'm3!', 'm4!', 'm5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11'],
  '/ urgent': ['priority 5', 'priority 3', 'priority 3 again', 'priority 0'],
  'shop orders': ['order'],
};

/** What each queue holds in a stored file, in its order, `!` for what is redelivered. */
export function messagesOf(version: number): Readonly<Record<string, readonly string[]>> {
  return {
    ...MESSAGES,
    ...(version < 2 ? undefined : { '/ once': ['kept'] }),
    ...(version < 4 ? undefined : { '/ huge': [IN_PARTS] }),
    ...(version < 5
      ? undefined
      : { '/ urgent': ['priority 5!', 'priority 3!', 'priority 3 again', 'priority 0'], '/ counted': ['twice!'] }),
  };
}

/** Keys that the queue `once` has seen: of what it holds, and of what it held. */
export const SEEN = ['kept', 'gone'];

/** How often the message of the queue `counted` came back. */
export const RETURNS = 2;

/** The properties of `m5` in `/ plain`. */
export const PROPERTIES = {
  contentType: 'text/plain',
  headers: { kind: 'order', size: 7, list: [1, 'two', { three: true }] },
  correlationId: 'c5',
  messageId: 'id5',
  timestamp: 1_700_000_000,
  type: 't5',
} satisfies Options.Publish;

/** Publishes the messages of the latest version to a broker that has its definitions. */
export async function publishMessages(url: string): Promise<void> {
  await on(url, async (channel) => {
    for (let n = 0; n < 12; n++) {
      channel.sendToQueue('plain', Buffer.from(`m${n}`), { persistent: true, ...(n === 5 ? PROPERTIES : undefined) });
    }
    for (const [body, priority] of [
      ['priority 0', 0],
      ['priority 3', 3],
      ['priority 5', 5],
      ['priority 3 again', 3],
    ] as const) {
      channel.sendToQueue('urgent', Buffer.from(body), { persistent: true, priority });
    }
    channel.publish('all', '', Buffer.from(SHARED), { persistent: true });
    channel.sendToQueue('large', Buffer.from(LARGE), { persistent: true });
    channel.sendToQueue(HUGE.name, Buffer.from(IN_PARTS), { persistent: true });
    for (const key of SEEN.toReversed()) {
      channel.sendToQueue('once', Buffer.from(key), { persistent: true, messageId: key });
    }
    channel.sendToQueue(SURELY.name, Buffer.from('dead'), { persistent: true });
    channel.sendToQueue(COUNTED.name, Buffer.from('twice'), { persistent: true });
    const years = 365 * 24 * 60 * 60 * 1000;
    channel.publish(DELAYED.name, 'plain', Buffer.from('later'), {
      persistent: true,
      headers: { 'x-delay': 100 * years },
    });
    await channel.waitForConfirms();
  });
  // On a connection of its own, which ends with four of five messages unacknowledged: they come back as redelivered.
  await on(url, async (channel) => {
    for (let n = 0; n < 5; n++) {
      const message = await channel.get('plain');
      if (n === 2 && message !== false) channel.ack(message);
    }
  });
  await on(url, async (channel) => {
    const message = await channel.get(SURELY.name);
    if (message !== false) channel.reject(message, false);
  });
  await on(url, async (channel) => void (await channel.get('once', { noAck: true })));
  await on(url, async (channel) => {
    for (let n = 0; n < 2; n++) await channel.get('urgent');
  });
  for (let n = 0; n < RETURNS; n++) await on(url, async (channel) => void (await channel.get(COUNTED.name)));
  await on(`${url}/shop`, async (channel) => {
    channel.sendToQueue('orders', Buffer.from('order'), { persistent: true });
    await channel.waitForConfirms();
  });
}

async function on(url: string, work: (channel: ConfirmChannel) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  await work(await connection.createConfirmChannel());
  await connection.close();
}
