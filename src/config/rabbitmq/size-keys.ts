/** Limits of memory and disk, in bytes or relative to the memory that there is. */
import { availableMemory } from '../../util/available-memory.ts';
import { MEMORY_SHARE } from '../config.ts';
import type { SettingName } from '../option.ts';
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';
import { parseBytes } from './units.ts';

const TOTAL = 'total_memory_available_override_value';
const LIMITS: Readonly<Record<string, SettingName>> = {
  vm_memory_high_watermark: 'memoryBudget',
  disk_free_limit: 'diskFreeLimit',
};

export const SIZE_KEYS = [...Object.keys(LIMITS), TOTAL];

/** An absolute limit wins over a relative one, as in RabbitMQ. */
export function readSizes(entries: readonly ConfEntry[], meaning: Meaning): void {
  const find = (key: string) => entries.find((entry) => keyOf(entry) === key);
  for (const entry of entries) {
    const [limit, kind, ...more] = entry.path;
    if (limit in LIMITS && (more.length > 0 || (kind !== 'absolute' && kind !== 'relative'))) {
      meaning.refuse(entry, `must be ${limit}.relative or ${limit}.absolute`);
    }
  }
  const total = find(TOTAL);
  const memory = total === undefined ? availableMemory() : bytesOf(total, meaning);
  for (const [limit, option] of Object.entries(LIMITS)) {
    const absolute = find(`${limit}.absolute`);
    const relative = find(`${limit}.relative`);
    if (absolute !== undefined) meaning.set(option, absolute, bytesOf(absolute, meaning));
    else if (relative !== undefined) meaning.set(option, relative, Math.floor(memory * shareOf(relative, meaning)));
    // The budget's default is a share too.
    else if (total !== undefined && option === 'memoryBudget')
      meaning.set(option, total, Math.floor(memory * MEMORY_SHARE));
  }
}

function bytesOf(entry: ConfEntry, meaning: Meaning): number {
  const bytes = parseBytes(entry.value);
  if (bytes === undefined) meaning.refuse(entry, `must be bytes, such as 50000000, 50MB or 1GiB, not ${entry.value}`);
  return bytes ?? Infinity;
}

function shareOf(entry: ConfEntry, meaning: Meaning): number {
  const share = Number(entry.value);
  if (share > 0) return share;
  meaning.refuse(entry, `must be a share of the memory there is, such as 0.6, not ${entry.value}`);
  return 1;
}
