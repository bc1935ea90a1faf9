/** The hash by which exchanges spread messages: the same for the same text on every machine and after every restart. */

/** FNV-1a over the text's UTF-16 units, mixed: an unsigned 32-bit integer. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** One hash out of two, in which every bit of both counts. */
export function combineHashes(a: number, b: number): number {
  return mix(a ^ Math.imul(b, 0x9e3779b1));
}

/** The finishing steps of MurmurHash3, which spread each bit over all others. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
