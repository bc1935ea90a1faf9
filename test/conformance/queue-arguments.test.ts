/** What queue.declare says about arguments that cannot be (RabbitMQ's page "Queues", optional arguments). */
import { describe, expect, test } from 'vitest';
import { useTarget } from '../support/target.ts';

const target = useTarget();

describe('queue.declare', () => {
  test('queue.declare/argument-values: every known argument refuses what it cannot be with 406', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ 'x-message-ttl': -1 }, '{value_negative,-1}'],
      [{ 'x-message-ttl': 'a' }, '"expected integer, got longstr"'],
      [{ 'x-message-ttl': 315_360_000_001 }, '{value_too_large,315360000001}'],
      [{ 'x-expires': 0 }, '{value_zero,0}'],
      [{ 'x-expires': -1 }, '{value_negative,-1}'],
      [{ 'x-max-length': -5 }, '{value_negative,-5}'],
      [{ 'x-max-length-bytes': -5 }, '{value_negative,-5}'],
      [{ 'x-max-priority': 256 }, '{max_value_exceeded,256}'],
      [{ 'x-overflow': 'foo' }, 'invalid_overflow'],
      [{ 'x-overflow': 5 }, '{unacceptable_type,signedint}'],
      [{ 'x-dead-letter-routing-key': 'k' }, 'routing_key_but_no_dlx_defined'],
      [{ 'x-single-active-consumer': 'yes' }, '{unacceptable_type,longstr}'],
      [{ 'x-queue-mode': 'foo' }, `"unsupported queue mode 'foo'"`],
      [{ 'x-queue-type': 'nope' }, `"unsupported queue type 'nope'"`],
      [{ 'x-queue-type': 5 }, '{unacceptable_type,signedint}'],
    ];
    const channel = await target.channel();
    const queue = target.name('q');
    for (const [args, detail] of cases) {
      const [name] = Object.keys(args);
      channel.send('queue.declare', { queue, exclusive: true, arguments: args });
      const close = await channel.expectClose(
        406,
        `PRECONDITION_FAILED - invalid arg '${name}' for queue '${queue}' in vhost '/': ${detail}`,
      );
      expect(close).toMatchObject({ classId: 50, methodId: 10 });
    }
  });

  test('queue.declare/dead-letter-type: a dead letter exchange that is no string is refused with 406', async () => {
    const channel = await target.channel();
    const queue = target.name('q');
    channel.send('queue.declare', { queue, exclusive: true, arguments: { 'x-dead-letter-exchange': 3 } });
    await channel.expectClose(
      406,
      `PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue '${queue}' in vhost '/'`,
    );
  });
});
