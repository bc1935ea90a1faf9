/** Short strings (specification section 4.2.5.3), which names, routing keys and reply texts are. */

/** Octets that one has at most. */
export const SHORTSTR_BYTES = 255;

/** The text, or the beginning of it that fits into so many octets of UTF-8. No character is cut. */
export function beginningOf(text: string, octets = SHORTSTR_BYTES): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= octets) return text;
  let end = octets;
  while ((bytes.readUInt8(end) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
