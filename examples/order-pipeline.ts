/**
 * An order pipeline: an order fans out to payment, inventory and e-mail, each at its own pace.
 *
 * - What fails for the moment is tried again a little later: it is dead-lettered to a queue where messages only wait, and
 *   which dead-letters them back when their time is up.
 * - What fails three times ends in a queue for a person to look at, and holds nobody up.
 * - Express orders overtake the others in the warehouse: its queue has priorities.
 *
 *   node examples/order-pipeline.ts [amqp://user:password@host]
 */
import { connect, type ConsumeMessage } from 'amqplib';

interface Order {
  readonly number: number;
  readonly customer: string;
  readonly express: boolean;
}

const ORDERS = 'example.orders';
const FAILED = 'example.orders.failed';
const STEPS = ['payment', 'inventory', 'email'] as const;
type Step = (typeof STEPS)[number];
const ATTEMPTS = 3;
/** Milliseconds that an order waits before it is tried again. */
const RETRY_AFTER = 100;
const EXPRESS = 9;

const queueOf = (step: Step): string => `${ORDERS}.${step}`;
const retryQueueOf = (step: Step): string => `${ORDERS}.${step}.retry`;

const connection = await connect(process.argv[2] ?? 'amqp://localhost');
const channel = await connection.createConfirmChannel();

/** Declares everything. Each part of a real system declares what it uses: declaring again what is there changes nothing. */
async function declare(): Promise<void> {
  // Every step gets its copy of every order.
  await channel.assertExchange(ORDERS, 'fanout', { durable: true });
  await channel.assertQueue(FAILED, { durable: true });
  for (const step of STEPS) {
    await channel.assertQueue(queueOf(step), {
      durable: true,
      // A rejected order goes to the step's retry queue; '' is the exchange that takes a queue's name as the routing key.
      deadLetterExchange: '',
      deadLetterRoutingKey: retryQueueOf(step),
      ...(step === 'inventory' ? { maxPriority: EXPRESS } : {}),
    });
    await channel.assertQueue(retryQueueOf(step), {
      durable: true,
      // Nobody consumes here: orders wait until they expire, and are dead-lettered back to their step.
      messageTtl: RETRY_AFTER,
      deadLetterExchange: '',
      deadLetterRoutingKey: queueOf(step),
    });
    await channel.bindQueue(queueOf(step), ORDERS, '');
  }
}

async function placeOrders(orders: readonly Order[]): Promise<void> {
  for (const order of orders) {
    channel.publish(ORDERS, '', Buffer.from(JSON.stringify(order)), {
      persistent: true,
      contentType: 'application/json',
      messageId: `order-${order.number}`,
      priority: order.express ? EXPRESS : 0,
    });
  }
  // Safe with the broker in all three queues from here on.
  await channel.waitForConfirms();
}

/** How often the step has rejected this order: the broker counts in the header `x-death`. */
function failures(message: ConsumeMessage, step: Step): number {
  const deaths = message.properties.headers?.['x-death'] ?? [];
  return deaths.find(({ queue, reason }) => queue === queueOf(step) && reason === 'rejected')?.count ?? 0;
}

/** Does one step for every order that comes. `attempt` throws where it does not work out. */
async function startStep(step: Step, attempt: (order: Order, failures: number) => void): Promise<void> {
  const worker = await connection.createConfirmChannel();

  const handle = async (message: ConsumeMessage): Promise<void> => {
    const order = JSON.parse(message.content.toString()) as Order;
    const failed = failures(message, step);
    try {
      attempt(order, failed);
      console.log(`${step}: order ${order.number} is done`);
    } catch (error) {
      const why = (error as Error).message;
      if (failed + 1 < ATTEMPTS) {
        console.log(`${step}: order ${order.number} has to wait: ${why}`);
        // Not requeued, therefore dead-lettered to the retry queue.
        worker.nack(message, false, false);
        return;
      }
      console.log(`${step}: order ${order.number} failed for good: ${why}`);
      worker.sendToQueue(FAILED, message.content, { persistent: true, headers: { step, why } });
      // First safe there, then gone from here: a crash between the two leaves a copy too many rather than none.
      await worker.waitForConfirms();
    }
    worker.ack(message);
    finished();
  };

  // One at a time, so that an express order waits for one order at most.
  await worker.prefetch(1);
  await worker.consume(queueOf(step), (message) => {
    if (message !== null) void handle(message);
  });
}

const orders: Order[] = [
  { number: 1, customer: 'Ann', express: false },
  { number: 2, customer: 'Bob', express: false },
  { number: 3, customer: 'Carl', express: false },
  { number: 4, customer: 'Dora', express: true },
];
let open = orders.length * STEPS.length;
const allFinished = Promise.withResolvers<void>();
function finished(): void {
  open--;
  if (open === 0) allFinished.resolve();
}

await declare();
// The steps start late, as after a weekend: so the express order finds others ahead of it.
await placeOrders(orders);

await startStep('payment', ({ customer }, failures) => {
  if (customer === 'Bob') throw new Error('the card is expired');
  if (customer === 'Carl' && failures === 0) throw new Error('the bank does not answer');
});
await startStep('inventory', () => {});
await startStep('email', () => {});
await allFinished.promise;

// A person's turn.
const failed = await channel.get(FAILED, { noAck: true });
if (failed !== false) {
  const { number } = JSON.parse(failed.content.toString()) as Order;
  const { step, why } = failed.properties.headers as { step: string; why: string };
  console.log(`to look at: order ${number}, ${step}: ${why}`);
}

for (const step of STEPS) {
  await channel.deleteQueue(queueOf(step));
  await channel.deleteQueue(retryQueueOf(step));
}
await channel.deleteQueue(FAILED);
await channel.deleteExchange(ORDERS);
await connection.close();
