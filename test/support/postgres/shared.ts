/** One server for all tests of a file, and a schema for each store. */
import { afterAll, beforeAll } from 'vitest';
import { PostgresServer } from './server.ts';

/** How long a database is away in tests of that, in milliseconds of real time; 0: as long as they need to see what comes of it. */
export const AWAY_MS = 1000 * Number(process.env['LEVERET_AWAY_SECONDS'] ?? 0);

let schemas = 0;

/** The schema that an address names. */
export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema')!;
}

/** The same address by another way to the server, such as a proxy. */
export function through({ port }: { readonly port: number }, url: string): string {
  return url.replace(/(?<=@127\.0\.0\.1:)\d+/, String(port));
}

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
