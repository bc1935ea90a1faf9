/**
 * Says the same random methods to two brokers, step by step, and compares what comes back: replies, deliveries, errors.
 * It finds what no scenario was written for. A step counts as equal once both have received the same.
 *
 *   node test/differential/random.ts amqp://guest:guest@127.0.0.1:5672 amqp://guest:guest@127.0.0.1:5673 [seeds] [first seed]
 *
 * Prints the steps up to the first difference of each seed and exits with 1 where there was one.
 */
import { AmqpClient, type Received } from '../support/amqp-client/index.ts';
import { printed, Random, randomStep, type Step } from './steps.ts';

const STEPS = 80;
const CHANNELS = [1, 2] as const;
/** Milliseconds that a broker may need to deliver what the other one has delivered already. */
const PATIENCE = 700;

/** To tx.commit. */
const ANSWERS: ReadonlySet<string> = new Set(['tx.commit-ok', 'channel.close']);

/** One broker with everything it has sent, by channel. */
class Side {
  readonly client: AmqpClient;
  readonly #names: string;
  #lines: string[] = [];

  private constructor(client: AmqpClient, names: string) {
    this.client = client;
    this.#names = names;
  }

  static async open(url: string, names: string): Promise<Side> {
    const side = new Side(await AmqpClient.connect(url), names);
    for (const channel of CHANNELS) await side.client.channel(channel);
    return side;
  }

  /** Sends the step, then waits until each channel has answered something sent after it. */
  async take(step: Step): Promise<void> {
    const { channel, text } = step;
    step.send(this.client, channel, this.#names);
    // RabbitMQ closes the connection of a client that says more before its commit is answered.
    if (text.startsWith('tx.commit')) await this.#answer(channel);
    for (const number of CHANNELS) await this.#barrier(number);
  }

  async #answer(channel: number): Promise<void> {
    const { inbox } = this.client;
    await inbox.until(
      () => (inbox.peek(channel).some(({ method }) => ANSWERS.has(method.name)) ? true : undefined),
      'answer',
    );
  }

  async #barrier(channel: number): Promise<void> {
    this.client.send(channel, 'channel.flow', { active: true });
    for (;;) {
      const received = await this.client.inbox.next(channel, 'a step to end');
      if (received.method.name === 'channel.flow-ok') return;
      this.#note(channel, received);
      if (received.method.name !== 'channel.close') continue;
      this.client.send(channel, 'channel.close-ok').send(channel, 'channel.open');
      this.client.send(channel, 'channel.flow', { active: true });
    }
  }

  /** What arrived since the last call of `forget`, each channel's in order. */
  get lines(): string {
    for (const channel of CHANNELS) {
      for (const received of this.client.inbox.takeAll(channel)) this.#note(channel, received);
    }
    const byChannel = CHANNELS.map((channel) => this.#lines.filter((line) => line.startsWith(`${channel} `)));
    return byChannel.flat().join('\n');
  }

  forget(): void {
    this.#lines = [];
  }

  #note(channel: number, { method, content }: Received): void {
    const line = `${channel} ${JSON.stringify(method)} ${content?.body.toString() ?? ''} ${printed(content?.properties)}`;
    this.#lines.push(line.replaceAll(this.#names, 'NAME'));
  }
}

async function compare(urls: readonly string[], seed: number): Promise<boolean> {
  const names = `random-${seed}-${Date.now().toString(36)}`;
  const [one, two] = await Promise.all(urls.map((url) => Side.open(url, names)));
  const random = new Random(seed);
  const history: string[] = [];
  try {
    for (let step = 0; step < STEPS; step++) {
      const next = randomStep(random, step);
      history.push(`${next.channel} ${next.text}`);
      await Promise.all([one.take(next), two.take(next)]);
      const end = Date.now() + PATIENCE;
      while (one.lines !== two.lines && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
      if (one.lines !== two.lines && inQueueOrder(one.lines) === inQueueOrder(two.lines)) {
        // Queues deliver beside each other in any order. The tags differ from here on, so the seed ends.
        print(`seed ${seed}: left at step ${step}, where two queues delivered in another order`);
        return true;
      }
      if (one.lines !== two.lines) {
        print(
          `seed ${seed}, step ${step}:\n${history.join('\n')}\n--- first\n${one.lines}\n--- second\n${two.lines}\n`,
        );
        return false;
      }
      one.forget();
      two.forget();
    }
    return true;
  } catch (error) {
    print(`seed ${seed}: ${String(error)}\n${history.join('\n')}\n`);
    return false;
  } finally {
    for (const { client } of [one, two]) {
      await leaveNothing(client.url.href, names);
      client.destroy();
    }
  }
}

/** Deletes what the seed may have declared. Another connection does, as the seed's own may be closed. */
async function leaveNothing(url: string, names: string): Promise<void> {
  const client = await AmqpClient.connect(url);
  const channel = await client.channel();
  for (const queue of ['-q1', '-q2', '-q3']) await channel.call('queue.delete', { queue: names + queue });
  for (const exchange of ['-x', '-letters']) await channel.call('exchange.delete', { exchange: names + exchange });
  await client.close();
}

/** The lines without delivery tags, those of one consumer together. */
function inQueueOrder(lines: string): string {
  const consumer = (line: string): string => /"consumerTag":"[^"]*"/.exec(line)?.[0] ?? '';
  const untagged = lines.split('\n').map((line) => line.replace(/"deliveryTag":\d+,/, ''));
  return untagged.sort((one, two) => consumer(one).localeCompare(consumer(two))).join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const [first, second, seeds = '20', from = '1'] = process.argv.slice(2);
if (first === undefined || second === undefined) {
  print('usage: random.ts AMQP-URL AMQP-URL [SEEDS] [FIRST-SEED]');
  process.exit(2);
}
let different = 0;
for (let seed = Number(from); seed < Number(from) + Number(seeds); seed++) {
  if (!(await compare([first, second], seed))) different++;
}
print(`${seeds} seeds of ${STEPS} steps, ${different} with differences`);
process.exitCode = different === 0 ? 0 : 1;
