/**
 * Removes what a test must declare for longer than a connection. It runs on a connection of its own, so that it works
 * whatever state the test left its connections in; deleting what is already gone is no error in RabbitMQ.
 */
import { connect } from 'amqplib';
import { onTestFinished } from 'vitest';

/** Deletes these queues when the running test is over, passed or not; returns nothing, call it before declaring. */
export function deleteQueuesAfterTest(url: string, ...names: string[]): void {
  onTestFinished(async () => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    for (const name of names) await channel.deleteQueue(name);
    await connection.close();
  });
}

/** Deletes these exchanges when the running test is over, passed or not. */
export function deleteExchangesAfterTest(url: string, ...names: string[]): void {
  onTestFinished(async () => {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    for (const name of names) await channel.deleteExchange(name);
    await connection.close();
  });
}
