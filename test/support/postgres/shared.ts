/** One server for all tests of a file, and a schema for each store. */
import { afterAll, beforeAll } from 'vitest';
import { PostgresServer } from './server.ts';

let schemas = 0;

/** To be called at the top of a file, or of a group of tests. */
export function postgresOfFile(settings?: string): { readonly server: PostgresServer; newUrl(): string } {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start(settings);
  });
  afterAll(() => server.remove());
  return {
    get server() {
      return server;
    },
    newUrl: () => server.url(`s${schemas++}`),
  };
}
