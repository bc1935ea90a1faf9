/** What routing looks at: the routing key, and the headers where an exchange asks for them. */
import { decodeProperties } from '../../codec/properties.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';
import type { Message } from '../message.ts';

export class RoutedMessage {
  readonly routingKey: string;
  readonly #message: Message | undefined;
  #headers: FieldTable | undefined;

  /** `message`: undefined where only the routing key is known. */
  constructor(routingKey: string, message: Message | undefined) {
    this.routingKey = routingKey;
    this.#message = message;
  }

  /** Decoded once, and only where asked for. */
  get headers(): FieldTable {
    if (this.#headers === undefined) {
      const message = this.#message;
      const properties =
        message && decodeProperties(message.properties, message.propertiesStart, message.propertiesEnd);
      this.#headers = properties?.headers ?? EMPTY_TABLE;
    }
    return this.#headers;
  }
}
