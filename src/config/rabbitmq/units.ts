/** Amounts of memory and disk as RabbitMQ writes them: 50MB is 50,000,000 bytes, 50MiB and 50M are 52,428,800. */

const POWERS = ['', 'k', 'm', 'g', 't'];

/** The bytes; undefined if the text is no such amount. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)(?:([kmgt])(i?b)?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, digits, letter = '', suffix = ''] = match;
  const base = suffix.toLowerCase() === 'b' ? 1000 : 1024;
  return Number(digits) * base ** POWERS.indexOf(letter.toLowerCase());
}
