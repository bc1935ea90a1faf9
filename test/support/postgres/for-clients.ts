/** One server for all tests of clients on a database, each with a schema of its own: see the project `database`. */
import type { TestProject } from 'vitest/node';
import { PostgresServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of a database, but for the name of a schema at its end; empty but for the project `database`. */
    readonly database: string;
  }
}

/** Vitest runs it once, before the project's workers; what it returns, after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await PostgresServer.start();
  project.provide('database', server.url(''));
  return () => server.remove();
}
