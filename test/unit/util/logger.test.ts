import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '../../../src/util/logger.ts';

/** A destination that keeps what is written to it. */
function keptDestination() {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  it('writes one JSON line an event, with level by name, time, fields and message', async () => {
    const destination = keptDestination();
    const logger = await createLogger('info', 'json', destination);
    logger.warn({ connection: 7 }, 'connection refused');
    expect(destination.lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        connection: 7,
        msg: 'connection refused',
      },
    ]);
  });

  it("writes text in the form of RabbitMQ's if asked to, with the fields that the message does not say", async () => {
    const lines: string[] = [];
    const logger = await createLogger('info', 'text', { write: (line) => void lines.push(line) });
    logger.info({ port: 5672, host: '::' }, 'started TCP listener on [::]:5672');
    logger.warn({ connection: 7, tags: ['a'] }, 'connection refused');
    logger.error({ err: Object.assign(new Error('broken'), { stack: 'Error: broken\n    at x' }) }, 'internal error');
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00:00`;
    expect(lines.join('')).toMatch(
      new RegExp(
        `^${time} \\[info\\] started TCP listener on \\[::\\]:5672\n` +
          `${time} \\[warning\\] connection refused \\(connection 7, tags \\["a"\\]\\)\n` +
          `${time} \\[error\\] internal error\nError: broken\n    at x\n$`,
      ),
    );
  });

  it('leaves out what is less important than its level', async () => {
    const destination = keptDestination();
    const logger = await createLogger('warn', 'json', destination);
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');
    expect(destination.lines.map(({ msg }) => msg)).toEqual(['warn', 'error']);
  });

  it('writes nothing when it is silent', async () => {
    const destination = keptDestination();
    const logger = await createLogger('silent', 'json', destination);
    logger.error({}, 'error');
    expect(destination.lines).toEqual([]);
    expect(logger).toBe(silentLogger);
  });
});
