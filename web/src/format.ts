/** Figures and values as people read them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

/** 1,234,567 */
export function count(value: number): string {
  return whole.format(value);
}

/** 1.2M: where there is little room. */
export function brief(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
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

export function dateTime(ms: number): string {
  return moment.format(ms);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A text as it is, anything else as JSON; nothing for undefined. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
