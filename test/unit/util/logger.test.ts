import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '../../../src/util/logger.ts';

/** A destination that keeps what is written to it. */
function sink() {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  it('writes one JSON line an event, with level by name, time, fields and message', async () => {
    const destination = sink();
    const logger = await createLogger('info', destination);
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

  it('leaves out what is less important than its level', async () => {
    const destination = sink();
    const logger = await createLogger('warn', destination);
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');
    expect(destination.lines.map(({ msg }) => msg)).toEqual(['warn', 'error']);
  });

  it('writes nothing when it is silent', async () => {
    const destination = sink();
    const logger = await createLogger('silent', destination);
    logger.error({}, 'error');
    expect(destination.lines).toEqual([]);
    expect(logger).toBe(silentLogger);
  });
});
