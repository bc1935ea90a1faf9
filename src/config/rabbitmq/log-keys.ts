/** `log.*`: the log goes to standard output here, and has one level. */
import type { LogFormat } from '../../util/logger.ts';
import type { LogLevel } from '../config.ts';
import { type ConfEntry, keyOf, labelOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** By RabbitMQ's names. */
export const LOG_LEVEL_WORDS: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  alert: 'fatal',
  emergency: 'fatal',
  none: 'silent',
};

const FORMATS: Readonly<Record<string, LogFormat>> = { plaintext: 'text', json: 'json' };

/** The first of these that is set counts. */
const LEVEL_KEYS = ['log.console.level', 'log.default.level', 'log.level', 'log.file.level'];

export function readLogKeys(entries: readonly ConfEntry[], meaning: Meaning): void {
  const find = (key: string) => entries.find((entry) => keyOf(entry) === key);
  const level = LEVEL_KEYS.map(find).find((entry) => entry !== undefined);
  if (level !== undefined) setByWord('logLevel', level, LOG_LEVEL_WORDS, meaning);
  const format = find('log.console.formatter');
  if (format !== undefined) setByWord('logFormat', format, FORMATS, meaning);
  for (const entry of entries) if (entry !== level && entry !== format) explain(entry, meaning);
}

function setByWord(
  name: 'logLevel' | 'logFormat',
  entry: ConfEntry,
  words: Readonly<Record<string, string>>,
  meaning: Meaning,
): void {
  if (Object.hasOwn(words, entry.value)) meaning.set(name, entry, words[entry.value]);
  else meaning.refuse(entry, `must be one of ${Object.keys(words).join(', ')}, not ${entry.value}`);
}

/** What asks for the way that the log goes anyway needs no words. */
function explain(entry: ConfEntry, meaning: Meaning): void {
  const wanted = { 'log.console': 'true', 'log.file': 'false' }[keyOf(entry)];
  if (entry.value === wanted) return;
  const reason = 'the log goes to standard output, with one level for all of it';
  meaning.notice('info', `${labelOf(entry)} = ${entry.value}: ${reason}`);
}
