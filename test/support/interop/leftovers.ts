/**
 * Removes what a test must declare for longer than a connection. It runs on a connection of its own, so that it works
 * whatever state the test left its connections in; deleting what is already gone is no error in RabbitMQ.
 */
import { type Channel, connect } from 'amqplib';
import { onTestFinished } from 'vitest';

/** Deletes these queues when the running test is over, passed or not; returns nothing, call it before declaring. */
export function deleteQueuesAfterTest(url: string, ...names: string[]): void {
  afterTest(url, names, (channel, name) => channel.deleteQueue(name));
}

/** Deletes these exchanges when the running test is over, passed or not. */
export function deleteExchangesAfterTest(url: string, ...names: string[]): void {
  afterTest(url, names, (channel, name) => channel.deleteExchange(name));
}

function afterTest(url: string, names: readonly string[], remove: (channel: Channel, name: string) => unknown): void {
  onTestFinished(async () => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    for (const name of names) await remove(channel, name);
    await connection.close();
  });
}
