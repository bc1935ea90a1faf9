/**
 * Which messages of a stream a consumer wants: those whose header x-stream-filter-value is one of its values (RabbitMQ: Streams,
 * "Filtering"). RabbitMQ passes on whole chunks in which such a message may be; here each message is looked at.
 */
import type { FieldTable, FieldValue } from '../../protocol/field-table.ts';
import { equalBytes } from '../../util/bytes.ts';
import { isSet } from '../arguments/fields.ts';
import type { Message } from '../message/message.ts';

export class StreamFilter {
  readonly #values: readonly Buffer[];
  /** Messages without a value pass too. */
  readonly #unfiltered: boolean;

  private constructor(values: readonly Buffer[], unfiltered: boolean) {
    this.#values = values;
    this.#unfiltered = unfiltered;
  }

  /** From x-stream-filter, a string or an array of them, and x-stream-match-unfiltered; undefined if all messages are wanted. */
  static of(args: FieldTable): StreamFilter | undefined {
    const wanted = args.get('x-stream-filter');
    if (wanted?.type !== 'longstr' && wanted?.type !== 'array') return undefined;
    const fields: readonly FieldValue[] = wanted.type === 'array' ? wanted.value : [wanted];
    const values = fields.flatMap((field) => (field.type === 'longstr' ? [Buffer.from(field.value)] : []));
    return new StreamFilter(values, isSet(args, 'x-stream-match-unfiltered'));
  }

  passes(message: Message): boolean {
    const found = message.findHeader('x-stream-filter-value');
    if (found?.type !== 'longstr') return this.#unfiltered;
    const { valueStart, valueEnd } = found;
    return this.#values.some((value) => equalBytes(message.properties, valueStart, valueEnd, value, 0, value.length));
  }
}
