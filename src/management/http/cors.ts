/** What lets pages of other origins use the API (Fetch Standard, "CORS protocol"; RabbitMQ: Management Plugin, "Cross-origin Resource Sharing"). */
import type { IncomingHttpHeaders } from 'node:http';
import { isNamedOrigin } from '../../util/origin.ts';

const METHODS = 'HEAD, GET, PUT, POST, DELETE, OPTIONS';
/** How long a browser may remember what it was told, in seconds: RabbitMQ's default. */
const MAX_AGE = '1800';

/** `origins`: those that may; `*` is every one. A browser keeps the answer from a page of another. */
export function corsHeaders(
  origins: readonly string[],
  { origin, 'access-control-request-headers': asked }: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  if (!isNamedOrigin(origin, origins)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'location',
    'access-control-max-age': MAX_AGE,
    'access-control-allow-methods': METHODS,
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
  };
}
