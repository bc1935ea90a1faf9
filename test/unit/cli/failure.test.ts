import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeFailure, UnavailableError, UsageError } from '../../../src/cli/failure.ts';
import { explainListening } from '../../../src/embed/listen-error.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { StoreError } from '../../../src/store/store.ts';

/** What `listen` fails with, from the real thing. */
async function listenError(port: number, host: string): Promise<Error> {
  const server = createServer();
  const failed = once(server, 'error') as Promise<[Error]>;
  server.listen(port, host);
  return (await failed)[0];
}

const errorOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('a failure of the command', () => {
  it('names a taken port and what to do, with exit code 69', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(describeFailure(explainListening(await listenError(port, '127.0.0.1')))).toEqual({
      lines: [
        `port ${port} is taken, by another program or another broker of this one: stop that, or choose another with --port`,
      ],
      exitCode: 69,
    });
  });

  it('names an address that is not this machine’s, with exit code 69', async () => {
    // An address kept for documentation (RFC 5737).
    expect(describeFailure(explainListening(await listenError(0, '192.0.2.1')))).toEqual({
      lines: ['host 192.0.2.1 is not an address of this machine: choose another with --host'],
      exitCode: 69,
    });
  });

  it('names a port that needs privileges, with exit code 69', () => {
    const error = Object.assign(new Error('listen EACCES'), { syscall: 'listen', code: 'EACCES', port: 80 });
    expect(describeFailure(explainListening(error))).toEqual({
      lines: ['port 80 is not permitted to this user: choose one from 1024 up with --port'],
      exitCode: 69,
    });
  });

  it('says what the store said of the data folder, with exit code 74', () => {
    const error = new StoreError('data folder x is in use by process 7');
    expect(describeFailure(error)).toEqual({ lines: ['data folder x is in use by process 7'], exitCode: 74 });
  });

  it('tells a wrong command line (64) from a wrong environment (78)', () => {
    const wrong = { LEVERET_PORT: 'x' };
    expect(describeFailure(errorOf(() => loadConfig({}, wrong)))).toMatchObject({ exitCode: 78 });
    const both = describeFailure(errorOf(() => loadConfig({ heartbeat: 'y' }, wrong)));
    expect(both.exitCode).toBe(64);
    expect(both.lines).toHaveLength(2);
    expect(describeFailure(new UsageError('unknown option'))).toEqual({
      lines: ['unknown option; see leveret --help'],
      exitCode: 64,
    });
  });

  it('ends an unanswered ping with exit code 69', () => {
    expect(describeFailure(new UnavailableError('nobody there'))).toEqual({ lines: ['nobody there'], exitCode: 69 });
  });

  it('shows where a defect is, with exit code 70', () => {
    const { lines, exitCode } = describeFailure(new TypeError('x is not a function'));
    expect(exitCode).toBe(70);
    expect(lines[0]).toContain('x is not a function');
    expect(lines[0]).toContain('failure.test.ts');
  });
});
