/** Writes what `COPY ... FROM STDIN BINARY` takes, as messages of the protocol: a row a message. */
import { writeU32, writeU64 } from '../../util/bytes.ts';

/** The signature, no flags, no extension: as a message. */
const BEGIN = message(Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]));
/** No row has -1 columns. */
const END = message(Buffer.of(0xff, 0xff));

/** Bytes up to which a blob is copied behind its row's other columns: a write of its own would take longer. */
const COPIED_BYTES = 4096;

/** A blob is not copied if it is large: it has to stay as it is until the row was sent. */
export type Column = number | Uint8Array | null;

/** Types of columns: `int` and `bigint` are numbers. */
export type ColumnType = 'int' | 'bigint' | 'bytea';

/** A row as a message: parts to be sent one after another. */
export type CopyRow = readonly Uint8Array[];

export function copyRow(types: readonly ColumnType[], columns: readonly Column[]): CopyRow {
  let inside = 7;
  let outside = 0;
  for (let n = 0; n < types.length; n++) {
    const column = columns[n];
    inside += 4;
    if (column instanceof Uint8Array) {
      if (column.length <= COPIED_BYTES) inside += column.length;
      else outside += column.length;
    } else if (column !== null) inside += types[n] === 'int' ? 4 : 8;
  }
  const parts: Uint8Array[] = [];
  const row = Buffer.allocUnsafe(inside);
  row[0] = 0x64;
  writeU32(row, 1, inside + outside - 1);
  row.writeInt16BE(types.length, 5);
  let at = 7;
  let sent = 0;
  for (let n = 0; n < types.length; n++) {
    const column = columns[n];
    if (column === null) {
      writeU32(row, at, 0xffffffff);
      at += 4;
    } else if (column instanceof Uint8Array) {
      writeU32(row, at, column.length);
      at += 4;
      if (column.length <= COPIED_BYTES) {
        row.set(column, at);
        at += column.length;
      } else {
        parts.push(row.subarray(sent, at), column);
        sent = at;
      }
    } else if (types[n] === 'int') {
      writeU32(row, at, 4);
      writeU32(row, at + 4, column);
      at += 8;
    } else {
      writeU32(row, at, 8);
      writeU64(row, at + 4, column);
      at += 12;
    }
  }
  if (sent < at) parts.push(row.subarray(sent, at));
  return parts;
}

/** All that goes to one COPY. */
export function copyOf(rows: Iterable<CopyRow>): Uint8Array[] {
  const parts: Uint8Array[] = [BEGIN];
  for (const row of rows) parts.push(...row);
  parts.push(END);
  return parts;
}

function message(data: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = 0x64;
  writeU32(head, 1, data.length + 4);
  return Buffer.concat([head, data]);
}
