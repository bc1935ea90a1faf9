/**
 * Content properties as octets, made and taken apart without the broker's codec: headers with names that are no UTF-8, with names that
 * come twice, with all type letters, nested.
 */
import fc from 'fast-check';

/** Octets of the value of each type letter; -1 where a 32-bit length precedes it. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, l: 8, L: 8, f: 4, d: 8, D: 5, T: 8, V: 0 },
  ...{ S: -1, x: -1, A: -1, F: -1 },
};
const LONG = Object.keys(SIZES).filter((letter) => SIZES[letter] < 0);
const SHORT = Object.keys(SIZES).filter((letter) => SIZES[letter] >= 0);

const CONTENT_TYPE = 0x8000;
const HEADERS = 0x2000;
const DELIVERY_MODE = 0x1000;
const REPLY_TO = 0x0200;
const EXPIRATION = 0x0100;
const APP_ID = 0x0008;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const shortstr = (octets: Uint8Array): Buffer => Buffer.concat([Buffer.from([octets.length]), octets]);

/** A type letter and a value with its length. */
export const value = (letter: string, octets: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(letter), ...(SIZES[letter] < 0 ? [u32(octets.length)] : []), octets]);

export const entry = (name: Uint8Array | string, typed: Uint8Array): Buffer =>
  Buffer.concat([shortstr(Buffer.from(name)), typed]);

export const text = (octets: string): Buffer => value('S', Buffer.from(octets));

/** What a dead letter gets. */
export const DEATH_HEADERS: readonly string[] = [
  'x-death',
  ...['first', 'last'].flatMap((which) => ['exchange', 'queue', 'reason'].map((what) => `x-${which}-death-${what}`)),
];

export interface Others {
  /** With delivery mode 2. */
  readonly persistent?: boolean;
  readonly replyTo?: string | undefined;
  readonly expiration?: string | undefined;
}

/** Properties with these fields as headers, between others that are no UTF-8 either. */
export function octetProperties(fields: readonly Uint8Array[], others: Others = {}): Buffer {
  const { persistent = false, replyTo, expiration } = others;
  let flags = CONTENT_TYPE | HEADERS | APP_ID;
  const optional = (bit: number, octets: Uint8Array | undefined): Uint8Array => {
    if (octets !== undefined) flags |= bit;
    return octets ?? Buffer.alloc(0);
  };
  const string = (each: string | undefined) => (each === undefined ? undefined : shortstr(Buffer.from(each)));
  const headers = Buffer.concat(fields);
  const rest = [
    optional(DELIVERY_MODE, persistent ? Buffer.from([2]) : undefined),
    optional(REPLY_TO, string(replyTo)),
    optional(EXPIRATION, string(expiration)),
    shortstr(Buffer.from([0xf0, 0x9f, 0x98])),
  ];
  const head = Buffer.from([flags >>> 8, flags & 0xff]);
  return Buffer.concat([head, shortstr(Buffer.from([0xff, 0xfe, 0xc3])), u32(headers.length), headers, ...rest]);
}

/** Such properties without the headers of these names. */
export function without(properties: Buffer, names: ReadonlySet<string>): Buffer {
  const start = 2 + 1 + properties[2];
  const end = start + 4 + properties.readUInt32BE(start);
  const fields = fieldsOf(properties, start + 4, end).filter(({ name }) => !names.has(name));
  const headers = Buffer.concat(fields.map(({ octets }) => octets));
  return Buffer.concat([properties.subarray(0, start), u32(headers.length), headers, properties.subarray(end)]);
}

/** The fields of a table, each with its name. */
function fieldsOf(properties: Buffer, start: number, end: number): { name: string; octets: Buffer }[] {
  const fields = [];
  for (let at = start; at < end;) {
    const letterAt = at + 1 + properties[at];
    const size = SIZES[String.fromCharCode(properties[letterAt])];
    const next = size < 0 ? letterAt + 5 + properties.readUInt32BE(letterAt + 1) : letterAt + 1 + size;
    fields.push({ name: properties.toString('latin1', at + 1, letterAt), octets: properties.subarray(at, next) });
    at = next;
  }
  return fields;
}

const octet = fc.oneof(fc.nat(0x7f), fc.integer({ min: 0x80, max: 0xff }));
const octets = (most: number): fc.Arbitrary<Buffer> =>
  fc.array(octet, { maxLength: most }).map((each) => Buffer.from(each));
/** Longer ones than three octets for each would fit, too. */
const name = fc.oneof(
  octets(20),
  fc.integer({ min: 80, max: 255 }).map((length) => Buffer.alloc(length, 0xff)),
);

const { table } = fc.letrec<{ typed: Buffer; table: Buffer[] }>((tie) => ({
  table: fc.array(fc.tuple(name, tie('typed')), { maxLength: 5 }).chain((entries) =>
    fc.boolean().map((twice) => {
      const all = entries.map(([each, typed]) => entry(each, typed));
      // The second of two with one name is another type's.
      return twice && entries.length > 0 ? [...all, entry(entries[0][0], value('V', Buffer.alloc(0)))] : all;
    }),
  ),
  typed: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc
      .constantFrom(...SHORT)
      .chain((letter) =>
        fc
          .array(octet, { minLength: SIZES[letter], maxLength: SIZES[letter] })
          .map((each) => value(letter, Buffer.from(each))),
      ),
    fc
      .tuple(fc.constantFrom(...LONG.filter((letter) => letter !== 'A' && letter !== 'F')), octets(30))
      .map(([letter, each]) => value(letter, each)),
    tie('table').map((fields) => value('F', Buffer.concat(fields))),
    fc.array(tie('typed'), { maxLength: 4 }).map((elements) => value('A', Buffer.concat(elements))),
  ),
}));

/** Headers: fields of any octets. */
export const octetHeaders: fc.Arbitrary<Buffer[]> = table;
