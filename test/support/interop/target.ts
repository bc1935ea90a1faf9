/**
 * The broker an interop test talks to: the one at LEVERET_TEST_URL (RabbitMQ, say, which proves the test itself), or a
 * Leveret started in this process for the length of one test file. In the project `late-store` its store answers reads later, in
 * the project `database` it is PostgreSQL.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** True in the project `late-store`. */
    readonly lateStore: boolean;
  }
}

export interface Target {
  /** `amqp://user:password@host:port` of the broker; only valid while tests run. */
  readonly url: string;
}

/** The address of a broker that somebody else runs, or undefined when the tests start their own. */
export const externalUrl: string | undefined = process.env['LEVERET_TEST_URL'];

/** Starts the file's broker before its first test and stops it after the last one. */
export function useTarget(): Target {
  let url = externalUrl;
  let stop = async (): Promise<void> => {};
  beforeAll(async () => {
    if (url !== undefined) return;
    const broker = await startBroker();
    url = broker.url;
    stop = () => broker.stop();
  });
  afterAll(() => stop());
  return {
    get url() {
      if (url === undefined) throw new Error('The broker is not started yet: use target.url inside a test.');
      return url;
    },
  };
}

async function startBroker(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (inject('lateStore')) return (await import('./late-broker.ts')).startLateBroker();
  return (await import('../../../src/index.ts')).Broker.start({ port: 0, store: databaseOfTest() });
}

/** The store of a broker in the project `database`: a schema that nobody else has. Undefined in the others. */
export function databaseOfTest(): string | undefined {
  const database = inject('database');
  if (database === '') return undefined;
  // Nobody waits there to take over: the lease is how long one that was killed and comes again waits for itself.
  return `${database}${randomUUID()}&lease=300`;
}
