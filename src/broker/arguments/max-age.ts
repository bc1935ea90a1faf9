/** Spans of time as streams are told them (RabbitMQ: Streams, "Data Retention"): `7D`, `12h`. */

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  D: 86_400,
  M: 30 * 86_400,
  Y: 365 * 86_400,
};

/** Seconds of a stream's maximum age; undefined if it is none. */
export function maxAgeSeconds(age: unknown): number | undefined {
  const [, digits, unit = ''] = (typeof age === 'string' && /^(\d+)([YMDhms])$/.exec(age)) || [];
  return digits === undefined ? undefined : Number(digits) * SECONDS[unit];
}
