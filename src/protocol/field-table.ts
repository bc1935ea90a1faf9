/**
 * The value types of AMQP field tables (specification section 4.2.5.5, with RabbitMQ's type letters).
 * Types only: the bytes are read and written in codec/field-table.ts.
 */

/** A field value that remembers its wire type, so that it can be compared and written back as it came. */
export type FieldValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: IntegerFieldType; readonly value: number | bigint }
  | { readonly type: 'float' | 'double'; readonly value: number }
  | { readonly type: 'decimal'; readonly value: Decimal }
  | { readonly type: 'longstr'; readonly value: string | Uint8Array }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'timestamp'; readonly value: number | bigint }
  | { readonly type: 'table'; readonly value: FieldTable }
  | { readonly type: 'array'; readonly value: readonly FieldValue[] }
  | { readonly type: 'void' };

/** RabbitMQ's names, in its error texts too: b B s u I i l. A value is a bigint only if a number would lose digits. */
export type IntegerFieldType =
  'byte' | 'unsignedbyte' | 'short' | 'unsignedshort' | 'signedint' | 'unsignedint' | 'long';

export type FieldType = FieldValue['type'];

/** `unscaled` divided by ten to the power of `scale`. */
export interface Decimal {
  readonly scale: number;
  readonly unscaled: number;
}

/** A longstr is a string if its bytes are valid UTF-8, and its bytes if they are not. */
export type FieldTable = ReadonlyMap<string, FieldValue>;

export const EMPTY_TABLE: FieldTable = new Map();
