/** What the sections about TLS say without words, said in words: which listeners there are. */
import { type ConfEntry, keyOf } from './entry.ts';

/** The ports that are usual, by section. */
const SECTIONS: Readonly<Record<string, string>> = { management: '15671', prometheus: '15691' };

/** A section for TLS turns its listener on; without one for TCP beside it the plain listener is off, as in RabbitMQ. */
export function withTlsSections(entries: readonly ConfEntry[]): readonly ConfEntry[] {
  const renamed = renameOldListener(entries);
  const implied = Object.entries(SECTIONS).flatMap(([section, port]) => {
    const of = (kind: string) => renamed.filter((entry) => keyOf(entry).startsWith(`${section}.${kind}.`));
    const secured = of('ssl');
    if (secured.length === 0) return [];
    const [{ place }] = secured;
    const missing: ConfEntry[] = [];
    if (of('tcp').length + of('listener').length === 0)
      missing.push({ path: [section, 'tcp', 'port'], value: 'none', place });
    if (!secured.some(({ path }) => path[2] === 'port'))
      missing.push({ path: [section, 'ssl', 'port'], value: port, place });
    return missing;
  });
  return [...renamed, ...implied];
}

/** `management.listener.*` with `ssl = true`, as it was written up to RabbitMQ 3.7, is `management.ssl.*`. */
function renameOldListener(entries: readonly ConfEntry[]): readonly ConfEntry[] {
  if (!entries.some((entry) => keyOf(entry) === 'management.listener.ssl' && entry.value === 'true')) return entries;
  return entries.flatMap((entry) => {
    const [section, kind, name, ...more] = entry.path;
    if (section !== 'management' || kind !== 'listener') return [entry];
    if (name === 'ssl') return [];
    return [{ ...entry, path: ['management', 'ssl', ...(name === 'ssl_opts' ? more : [name, ...more])] }];
  });
}
