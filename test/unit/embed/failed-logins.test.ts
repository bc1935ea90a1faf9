/** Who guesses passwords is slowed down, by AMQP and HTTP together, and nobody else is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { AmqpClient, sayHello, startOk } from '../../support/amqp-client/index.ts';

/** More than an address may fail at once, and fewer than are refused unseen: what comes behind them waits for some seconds. */
const GUESSES = 70;

describe('a broker that somebody guesses passwords at', () => {
  let broker: Broker;
  const clients: AmqpClient[] = [];

  beforeEach(async () => {
    broker = await Broker.start({ port: 0, host: '127.0.0.1', managementPort: 0 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await broker.stop();
  });

  async function logIn(password: string, localAddress?: string): Promise<AmqpClient> {
    const client = await AmqpClient.dial(broker.url, localAddress);
    clients.push(client);
    await sayHello(client);
    startOk(client, { password });
    return client;
  }

  function ask(): Promise<Response> {
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    return fetch(`http://127.0.0.1:${broker.managementPort}/api/whoami`, { headers: { authorization } });
  }

  it('lets others in at once meanwhile, and those of the same address in their turn', async () => {
    const guesses = await Promise.all(Array.from({ length: GUESSES }, () => logIn('wrong')));
    const late = await logIn('guest');
    let answered = false;
    const answer = ask().finally(() => (answered = true));
    // All of 127.0.0.0/8 is this machine.
    const other = await logIn('guest', '127.0.0.2');
    await other.expect('connection.tune');
    expect([late.inbox.peek(0), answered]).toEqual([[], false]);
    await late.expect('connection.tune');
    expect((await answer).status).toBe(200);
    for (const guess of guesses) expect((await guess.expect('connection.close')).replyCode).toBe(403);
  });
});
