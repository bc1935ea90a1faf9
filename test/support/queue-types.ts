/** How a queue of a type other than classic is refused that is declared as it cannot be, in RabbitMQ's words. */
import { expect } from 'vitest';
import type { Target } from './target.ts';

type Type = 'quorum' | 'stream';

interface Properties {
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
}

/** `cases`: properties, and the one of them that is told to be invalid. */
export async function expectPropertiesRefused(
  target: Target,
  type: Type,
  cases: readonly (readonly [Properties, string])[],
): Promise<void> {
  const channel = await target.channel();
  const queue = target.name(type);
  for (const [properties, invalid] of cases) {
    channel.send('queue.declare', { queue, ...properties, arguments: { 'x-queue-type': type } });
    const text = `PRECONDITION_FAILED - invalid property '${invalid}' for queue '${queue}' in vhost '/'`;
    expect(await channel.expectClose(406, text)).toMatchObject({ classId: 50, methodId: 10 });
  }
}

export async function expectServerNameRefused(target: Target, type: Type): Promise<void> {
  const channel = await target.channel();
  channel.send('queue.declare', { queue: '', durable: true, arguments: { 'x-queue-type': type } });
  await channel.expectClose(
    406,
    `PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_${type}_queue`,
  );
}

/** `cases`: arguments of other types. */
export async function expectArgumentsRefused(
  target: Target,
  type: Type,
  cases: readonly (readonly [string, string | number | boolean])[],
): Promise<void> {
  const channel = await target.channel();
  const queue = target.name(type);
  for (const [name, value] of cases) {
    channel.send('queue.declare', { queue, durable: true, arguments: { 'x-queue-type': type, [name]: value } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}' in vhost '/' of queue type rabbit_${type}_queue`,
    );
  }
}
