/** How long a test lets pass. */

/** Milliseconds; a text such as `7d`, `1.5h`, `30m`, `90s`, `500ms`; or its parts, which are added. */
export type Duration =
  | number
  | string
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly milliseconds?: number;
    };

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_OF = { days: 'd', hours: 'h', minutes: 'm', seconds: 's', milliseconds: 'ms' } as const;

/** Throws RangeError for what is no duration, or a negative one. */
export function milliseconds(duration: Duration): number {
  const ms = parse(duration);
  if (ms >= 0) return ms;
  throw new RangeError(`${JSON.stringify(duration)} is no duration: give milliseconds, '7d', or { days: 7 }`);
}

/** NaN for what is none. */
function parse(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  if (typeof duration === 'string') {
    const [, count, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(duration) ?? [];
    return Number(count) * MS[unit as keyof typeof MS];
  }
  const parts = Object.entries(duration) as [keyof typeof UNIT_OF, number][];
  return parts.reduce((sum, [name, count]) => sum + count * MS[UNIT_OF[name]], 0);
}
