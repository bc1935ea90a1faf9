/**
 * A stream keeps what was published, for whoever wants to read it, again or for the first time: from the beginning, from
 * an offset, or only what is new.
 *
 *   node examples/stream-replay.ts [amqp://user:password@host]
 */
import { connect } from 'amqplib';

const STREAM = 'example.temperatures';
const READINGS = [17, 18, 21, 24, 22];

const connection = await connect(process.argv[2] ?? 'amqp://localhost');
const channel = await connection.createConfirmChannel();
// Streams are durable. This one forgets its oldest segments when it has more than 100 MB.
await channel.assertQueue(STREAM, {
  durable: true,
  arguments: { 'x-queue-type': 'stream', 'x-max-length-bytes': 100_000_000 },
});

function publish(reading: number): void {
  channel.sendToQueue(STREAM, Buffer.from(String(reading)));
}

/** Prints `count` readings from `offset` on, then resolves. */
async function read(
  name: string,
  offset: number | 'first' | 'last' | 'next',
  count: number,
): Promise<{ readonly finished: Promise<void> }> {
  const finished = Promise.withResolvers<void>();
  const reader = await connection.createChannel();
  // A stream asks for a prefetch: acknowledgements say how fast the reader is. They take nothing out of the stream.
  await reader.prefetch(10);
  let seen = 0;
  await reader.consume(
    STREAM,
    (message) => {
      if (message === null) return;
      const at = message.properties.headers?.['x-stream-offset'] as number;
      console.log(`${name} reads ${message.content.toString()} at offset ${at}`);
      reader.ack(message);
      if (++seen === count) finished.resolve(reader.close());
    },
    { arguments: { 'x-stream-offset': offset } },
  );
  return { finished: finished.promise };
}

for (const reading of READINGS) publish(reading);
await channel.waitForConfirms();

// From the beginning. Reading takes nothing away:
await (
  await read('the archive', 'first', READINGS.length)
).finished;
// a reader that stopped at offset 2 goes on behind it.
await (
  await read('the chart', 3, 2)
).finished;
// And this one wants only what comes from now on.
const display = await read('the display', 'next', 1);
publish(19);
await display.finished;

await channel.deleteQueue(STREAM);
await connection.close();
