/**
 * The type letters of field values, as RabbitMQ reads and writes them (RabbitMQ page "AMQP 0-9-1 Errata", section 3).
 * One table for the reader, the writer and the scan that decodes nothing.
 */
import type { FieldType } from '../protocol/field-table.ts';

/** Letter written for each type. */
export const LETTER_OF_TYPE: Readonly<Record<FieldType, number>> = {
  bool: 0x74, // t
  byte: 0x62, // b
  unsignedbyte: 0x42, // B
  short: 0x73, // s
  unsignedshort: 0x75, // u
  signedint: 0x49, // I
  unsignedint: 0x69, // i
  long: 0x6c, // l
  float: 0x66, // f
  double: 0x64, // d
  decimal: 0x44, // D
  longstr: 0x53, // S
  binary: 0x78, // x
  array: 0x41, // A
  timestamp: 0x54, // T
  table: 0x46, // F
  void: 0x56, // V
};

/** Type for each letter; undefined if no type has the letter. */
export const TYPE_OF_LETTER: readonly (FieldType | undefined)[] = typeOfLetter();

function typeOfLetter(): (FieldType | undefined)[] {
  const types = new Array<FieldType | undefined>(256).fill(undefined);
  for (const type of Object.keys(LETTER_OF_TYPE) as FieldType[]) types[LETTER_OF_TYPE[type]] = type;
  // Some clients write `L` for what RabbitMQ writes as `l`: both are a signed 64-bit integer to it.
  types[0x4c] = 'long';
  return types;
}

/** Bytes of each type's value; -1 if a 32-bit length precedes it. */
export const SIZE_OF_TYPE: Readonly<Record<FieldType, number>> = {
  bool: 1,
  byte: 1,
  unsignedbyte: 1,
  short: 2,
  unsignedshort: 2,
  signedint: 4,
  unsignedint: 4,
  long: 8,
  float: 4,
  double: 8,
  decimal: 5,
  longstr: -1,
  binary: -1,
  array: -1,
  timestamp: 8,
  table: -1,
  void: 0,
};

/**
 * Deepest nesting of tables and arrays that is read or written: enough for any client, too little to overflow a stack.
 */
export const MAX_FIELD_DEPTH = 100;
