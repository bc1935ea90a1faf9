/** amqp-tools: the command line clients of librabbitmq, the C library. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { consumeInto, openChannel } from '../support/interop/amqplib.ts';
import { deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { describeClient } from '../support/interop/programs.ts';
import { run, runOk, start } from '../support/processes/run.ts';
import { works } from '../support/processes/tied.ts';
import { useTarget } from '../support/interop/target.ts';

const missing = works(['amqp-publish', '--help']) ? undefined : 'amqp-tools is not installed (Debian: amqp-tools).';

describeClient('amqp-tools', { missing }, () => {
  const target = useTarget();

  /** Declares a durable queue with the tool itself; it goes after the test. */
  const declareQueue = async (kind: string): Promise<string> => {
    const queue = uniqueName(kind);
    deleteQueuesAfterTest(target.url, queue);
    expect(await runOk('amqp-declare-queue', ['-u', target.url, '-d', '-q', queue])).toBe(`${queue}\n`);
    return queue;
  };

  test("amqp-declare-queue, amqp-publish, amqp-get and amqp-delete-queue do a message's whole life", async () => {
    const queue = await declareQueue('tools');
    const publish = ['-u', target.url, '-r', queue, '-p', '-C', 'text/plain', '-b', 'Hello World!'];
    await runOk('amqp-publish', publish);
    await runOk('amqp-publish', ['-u', target.url, '-r', queue], { input: 'from standard input' });
    expect(await runOk('amqp-get', ['-u', target.url, '-q', queue])).toBe('Hello World!');
    expect(await runOk('amqp-delete-queue', ['-u', target.url, '-q', queue])).toBe('1\n');
    const channel = await openChannel(target.url);
    channel.on('error', () => {});
    await expect(channel.checkQueue(queue)).rejects.toThrow('NOT_FOUND');
  });

  test('amqp-publish sets the properties it is told to', async () => {
    const queue = await declareQueue('tools');
    const channel = await openChannel(target.url);
    const inbox = await consumeInto(channel, queue, { noAck: true });
    const headers = ['-H', 'color: red', '-H', 'size: 7'];
    const properties = ['-p', '-C', 'text/plain', '-E', 'utf-8', '-t', 'answer.here'];
    await runOk('amqp-publish', ['-u', target.url, '-r', queue, ...properties, ...headers, '-b', 'x']);
    expect((await inbox.next())?.properties).toMatchObject({
      deliveryMode: 2,
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      replyTo: 'answer.here',
      headers: { color: 'red', size: '7' },
    });
  });

  test('amqp-publish and amqp-get carry binary bodies of 1 MiB unchanged', async () => {
    const queue = await declareQueue('tools');
    const body = randomBytes(1024 * 1024);
    await runOk('amqp-publish', ['-u', target.url, '-r', queue], { input: body });
    const { code, stdout } = await run('amqp-get', ['-u', target.url, '-q', queue]);
    expect(code).toBe(0);
    expect(stdout.equals(body)).toBe(true);
  });

  test('amqp-get says with its exit code that a queue is empty', async () => {
    const queue = await declareQueue('tools');
    expect((await run('amqp-get', ['-u', target.url, '-q', queue])).code).toBe(2);
  });

  test('amqp-consume works off a queue, one message a command, with acknowledgements', async () => {
    const queue = await declareQueue('tools');
    const channel = await openChannel(target.url);
    for (const text of ['one', 'two', 'three']) channel.sendToQueue(queue, Buffer.from(`${text}\n`));
    await channel.close();
    const consume = ['-u', target.url, '-q', queue, '-c', '3', '-p', '1', 'cat'];
    expect(await runOk('amqp-consume', consume)).toBe('one\ntwo\nthree\n');
    expect((await run('amqp-get', ['-u', target.url, '-q', queue])).code).toBe(2);
  });

  test('amqp-consume subscribes to a topic exchange with a queue of its own', async () => {
    const channel = await openChannel(target.url);
    const consume = ['-u', target.url, '-e', 'amq.topic', '-r', 'interop.tools.#', '-c', '1', '-A', 'cat'];
    const consumer = start('amqp-consume', consume);
    // It says nothing when it has subscribed, so it is sent mandatory messages until one of them is not returned.
    let returned = true;
    while (returned) {
      returned = false;
      channel.once('return', () => (returned = true));
      channel.publish('amq.topic', 'interop.tools.topic', Buffer.from('by topic'), { mandatory: true });
      await channel.checkExchange('amq.topic');
      channel.removeAllListeners('return');
    }
    const { code, stdout } = await consumer.outcome;
    expect([code, stdout.toString()]).toEqual([0, 'by topic']);
  });

  test("amqp-get and amqp-publish print the broker's error and fail", async () => {
    const queue = uniqueName('missing');
    const { code, stderr } = await run('amqp-get', ['-u', target.url, '-q', queue]);
    expect(code).toBe(1);
    expect(stderr).toContain(`server channel error 404, message: NOT_FOUND - no queue '${queue}' in vhost '/'`);
    const wrong = new URL(target.url);
    wrong.password = 'wrong';
    const refused = await run('amqp-publish', ['-u', wrong.href, '-r', queue, '-b', 'x']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('ACCESS_REFUSED');
  });
});
