/**
 * A work queue: tasks are shared out between workers, one at a time, and a task is done only when its worker says so.
 *
 *   node examples/work-queue.ts [amqp://user:password@host]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type ConsumeMessage } from 'amqplib';

const QUEUE = 'example.tasks';
const TASKS = 12;

const connection = await connect(process.argv[2] ?? 'amqp://localhost');

// Durable: the queue is still there after the broker was restarted.
const channel = await connection.createConfirmChannel();
await channel.assertQueue(QUEUE, { durable: true });
// What a run that was interrupted left.
await channel.purgeQueue(QUEUE);

for (let number = 1; number <= TASKS; number++) {
  // Persistent: so is the message.
  channel.sendToQueue(QUEUE, Buffer.from(`task ${number}`), { persistent: true });
}
// The broker confirms a message when it is safe. Only then may we forget it.
await channel.waitForConfirms();
console.log(`sent ${TASKS} tasks`);

const allDone = Promise.withResolvers<void>();
let done = 0;

async function startWorker(name: string, milliseconds: number): Promise<void> {
  const worker = await connection.createChannel();
  const work = async (task: ConsumeMessage): Promise<void> => {
    await pause(milliseconds);
    console.log(`${name} did ${task.content.toString()}`);
    // Had the worker died before this line, the broker would give the task to another one.
    worker.ack(task);
    done++;
    if (done === TASKS) allDone.resolve();
  };
  // One task at a time: the slow worker keeps only the one it is at, and the fast one gets the rest.
  await worker.prefetch(1);
  await worker.consume(QUEUE, (task) => {
    // No task: the queue was deleted.
    if (task !== null) void work(task);
  });
}

await startWorker('slow worker', 60);
await startWorker('fast worker', 15);
await allDone.promise;
console.log('all tasks are done');

await channel.deleteQueue(QUEUE);
await connection.close();
