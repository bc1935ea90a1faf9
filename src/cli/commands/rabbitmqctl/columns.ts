/** The columns that a list is asked for. */
import { ArgumentError } from '../command-error.ts';

/** Words with commas between them are several. Throws ArgumentError for one that there is not. */
export function readColumns(
  words: readonly string[],
  known: readonly string[],
  byDefault: readonly string[],
): readonly string[] {
  const asked = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const unknown = asked.filter((column) => !known.includes(column));
  if (unknown.length > 0) {
    throw new ArgumentError(`Info key(s) ${unknown.join(',')} are not supported\nSupported are: ${known.join(', ')}`);
  }
  return asked.length === 0 ? byDefault : asked;
}
