import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger, type LogLevel } from '../../../src/util/logger.ts';

/** What a logger of the level makes of the calls: its lines, read. */
function linesOf(level: LogLevel, log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  log(createLogger(level, (line) => lines.push(JSON.parse(line) as Record<string, unknown>)));
  return lines;
}

/** A process that runs `code` with `createLogger` at hand. */
function program(code: string) {
  const module = JSON.stringify(new URL('../../../src/util/logger.ts', import.meta.url));
  const text = `import { createLogger } from ${module};\nimport { Socket } from 'node:net';\n${code}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', text], { stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('createLogger', () => {
  it('writes one JSON line an event, with level by name, time, fields and message', () => {
    expect(linesOf('info', (logger) => logger.warn({ connection: 7, size: 2n ** 60n }, 'connection\nrefused'))).toEqual(
      [
        {
          level: 'warn',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
          connection: 7,
          size: '1152921504606846976',
          msg: 'connection\nrefused',
        },
      ],
    );
  });

  it.each([
    ['trace', ['debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['fatal', []],
  ] as const)('at level %s writes %j', (level, written) => {
    const lines = linesOf(level, (logger) => {
      for (const name of ['debug', 'info', 'warn', 'error'] as const) logger[name]({}, 'it happened');
    });
    expect(lines.map((line) => line['level'])).toEqual(written);
  });

  it('writes nothing when it is silent', () => {
    expect(createLogger('silent')).toBe(silentLogger);
  });

  it('writes what an error says and where it was, and those that caused it', () => {
    const cause = Object.assign(new Error('disk'), { code: 'EIO' });
    const [line] = linesOf('error', (logger) => logger.error({ err: new TypeError('store', { cause }) }, 'failed'));
    expect(line).toMatchObject({
      err: { type: 'TypeError', message: 'store', cause: { type: 'Error', message: 'disk', code: 'EIO' } },
    });
    expect((line?.['err'] as Error).stack).toMatch(/^TypeError: store\n +at /);
  });
});

describe('standard output', () => {
  it('gets every line in order, though the reader is slow and the pipe does not block', async () => {
    const child = program(`
      new Socket({ fd: 1, readable: false });
      const logger = createLogger('info');
      for (let i = 0; i < 2000; i++) logger.info({ i, text: 'x'.repeat(1000) }, 'line');
      process.exit();`);
    const seen: number[] = [];
    for await (const line of createInterface(child.stdout)) seen.push((JSON.parse(line) as { i: number }).i);
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  });

  it('may be closed by its reader: the program goes on', async () => {
    const child = program(`
      process.stdin.once('data', () => {
        createLogger('info').info({}, 'nobody reads this');
        process.exit(7);
      });`);
    child.stdout.destroy();
    child.stdin.write('go');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});
