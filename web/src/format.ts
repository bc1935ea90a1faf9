/**
 * Figures and values as people read them. Numbers are written without Intl: a browser reads the data that it needs when it is first used, which takes 30 to 100 ms
 * of the time until the page shows something.
 */

/** 1,234,567 */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

const SHORT = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'K'],
] as const;

/** 1.2M: where there is little room. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size < 10_000) return count(value);
  // 999,950 is 1M already, not 1000K.
  const [unit, letter] = SHORT.find(([from]) => size >= from * 0.99995)!;
  return (value / unit).toFixed(1).replace(/\.0$/, '') + letter;
}

/** A number a second: 0.4, 12, 12.3K. */
export function perSecond(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 10 ? value.toFixed(1) : brief(value);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 1.5 MiB */
export function bytes(value: number): string {
  let [size, unit] = [value, 0];
  while (Math.abs(size) >= 1024 && unit < UNITS.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

const SPANS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units: 3 d 4 h, 12 s. */
export function duration(ms: number): string {
  let seconds = Math.max(0, Math.round(ms / 1000));
  const parts: string[] = [];
  for (const [unit, length] of SPANS) {
    const amount = Math.floor(seconds / length);
    seconds -= amount * length;
    if (amount > 0 || (parts.length === 0 && length === 1)) parts.push(`${amount} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

let moment: Intl.DateTimeFormat | undefined;

export function dateTime(ms: number): string {
  moment ??= new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
  return moment.format(ms);
}

/** 14:05, and 14:05:09 with `seconds`. */
export function timeOfDay(ms: number, seconds: boolean): string {
  const at = new Date(ms);
  const parts = [at.getHours(), at.getMinutes(), ...(seconds ? [at.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A text as it is, anything else as JSON; nothing for undefined. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  // An empty text is to be seen: it is the name of the default exchange.
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
