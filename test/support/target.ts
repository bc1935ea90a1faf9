/**
 * The broker that a test file speaks to: the one at LEVERET_TEST_URL (Leveret or RabbitMQ), or else one started in this
 * process for the file. Names are unique a run, and what was declared under them is deleted, so that a shared broker stays clean.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import { fromFieldTable } from '../../src/codec/field-table.ts';
import { type Accounts, folderWithAccounts, importAccounts } from './accounts.ts';
import { type Operator, operatorByCommand, operatorOf } from './operator.ts';
import { AmqpClient, handshake, sayHello, type AmqpChannel, type HandshakeOptions } from './amqp-client/index.ts';
import type { MessageTime } from './message-time.ts';
import { Recorder } from './transcript.ts';
import { storeHere } from './store-here.ts';

export interface Target {
  readonly url: string;
  /** True for RabbitMQ 3.10, whose answers differ in the places that spec/deviations.md lists. */
  readonly rabbitmq: boolean;
  /** By which messages age in it; undefined if they do by real time. */
  readonly time: MessageTime | undefined;
  /** Who administers it. */
  readonly operator: Operator;
  /** A raw TCP connection, no byte sent. */
  dial(): Promise<AmqpClient>;
  /** An open connection. */
  connect(options?: HandshakeOptions): Promise<AmqpClient>;
  /** An open channel on a connection of its own. */
  channel(options?: HandshakeOptions): Promise<AmqpChannel>;
  /** A name nobody else uses; a queue or exchange of this name is deleted when the file ends. */
  name(prefix: string): string;
}

/**
 * Call once at the top of a test file. `accounts` are there before the first test and gone after the last. `time`: of messages in a broker in this
 * process; see `brokerClock`.
 */
export function useTarget(accounts?: Accounts, time?: MessageTime): Target {
  const run = randomBytes(4).toString('hex');
  const clients: AmqpClient[] = [];
  const names: string[] = [];
  let url = process.env['LEVERET_TEST_URL'] ?? '';
  let rabbitmq = false;
  const isHere = url === '';
  let operator = operatorByCommand();
  let stop = async (): Promise<void> => {};

  const recorder = new Recorder();

  const dial = async (): Promise<AmqpClient> => {
    const client = await AmqpClient.dial(url);
    clients.push(client);
    recorder.attach(client);
    return client;
  };

  beforeAll(async () => {
    if (isHere) {
      const { TellingBroker } = await import('./telling-broker.ts');
      const dataDir = accounts && (await folderWithAccounts(accounts));
      const broker = await TellingBroker.start({ port: 0, dataDir }, storeHere, time);
      url = broker.url;
      operator = operatorOf(broker);
      stop = async () => {
        await broker.stop();
        if (dataDir !== undefined) await rm(dataDir, { recursive: true });
      };
    } else if (accounts !== undefined) stop = await importAccounts(accounts);
    const client = await dial();
    const { serverProperties } = await sayHello(client);
    rabbitmq = !String(fromFieldTable(serverProperties)['platform']).includes('Leveret');
    client.destroy();
  });

  afterAll(async () => {
    recorder.save();
    for (const client of clients) client.destroy();
    if (process.env['LEVERET_TEST_URL'] !== undefined) await deleteAll(url, names);
    await stop();
  });

  return {
    get url() {
      return url;
    },
    get rabbitmq() {
      return rabbitmq;
    },
    time: isHere ? time : undefined,
    get operator() {
      return operator;
    },
    dial,
    async connect(options = {}) {
      const client = await dial();
      await handshake(client, options);
      return client;
    },
    async channel(options) {
      return (await this.connect(options)).channel();
    },
    name(prefix) {
      const name = `${prefix}-${run}-${names.length}`;
      names.push(name);
      return name;
    },
  };
}

/** Deletes queues and exchanges by name; deleting what does not exist is no error. What cannot be deleted stays. */
async function deleteAll(url: string, names: readonly string[]): Promise<void> {
  const client = await AmqpClient.connect(url);
  const channel = await client.channel();
  for (const name of names) {
    channel.send('queue.delete', { queue: name }).send('exchange.delete', { exchange: name });
    for (let open = 2; open > 0; open--) {
      const { method } = await client.inbox.next(channel.number, 'delete-ok');
      if (method.name !== 'channel.close') continue;
      channel.send('channel.close-ok');
      await channel.call('channel.open');
      break;
    }
  }
  await client.close();
}
