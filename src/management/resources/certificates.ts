/** Whether certificates of listeners end soon (RabbitMQ: HTTP API, `/api/health/checks/certificate-expiration`). */
import type { Call } from '../http/resource.ts';
import { badRequest } from '../http/problem.ts';

/** What each unit adds to a time. */
const UNITS: Readonly<Record<string, (time: Date, count: number) => void>> = {
  days: (time, count) => time.setUTCDate(time.getUTCDate() + count),
  weeks: (time, count) => time.setUTCDate(time.getUTCDate() + 7 * count),
  months: (time, count) => time.setUTCMonth(time.getUTCMonth() + count),
  years: (time, count) => time.setUTCFullYear(time.getUTCFullYear() + count),
};

export interface Expiring {
  readonly node: string;
  readonly protocol: string;
  readonly interface: string;
  readonly port: string;
  readonly certfile: string;
  readonly certfile_expires_on: readonly string[];
}

/** Those that end within the time that the path names. Throws HttpProblem 400. */
export function expiringCertificates({ context, params: { within, unit } }: Call): Expiring[] {
  const add = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (add === undefined) {
    throw badRequest(`Time unit not recognised. Supported units: ${Object.keys(UNITS).join(', ')}.`);
  }
  if (!/^\d+$/.test(within)) throw badRequest('Invalid expiration value.');
  const until = new Date(context.clock.now());
  add(until, Number(within));
  return context.listeners().flatMap(({ protocol, address, port, contexts }) =>
    (contexts?.identities ?? [])
      // A time too far away to be one is later than all.
      .filter(({ certificate }) => !(Date.parse(certificate.validTo) > until.getTime()))
      .map(({ file, certificate }) => ({
        node: context.nodeName,
        protocol,
        interface: address,
        port: String(port),
        certfile: file,
        certfile_expires_on: [new Date(certificate.validTo).toISOString()],
      })),
  );
}
