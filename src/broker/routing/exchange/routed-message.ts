/** What routing looks at: the routing keys, and the properties if an exchange asks for them. */
import type { BasicProperties } from '../../../codec/properties.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../protocol/field-table.ts';
import type { Message } from '../../message/message.ts';

const NO_PROPERTIES: BasicProperties = {};

export class RoutedMessage {
  /** The one it was published with. */
  readonly routingKey: string;
  /** That one first, then those of the CC and BCC headers. */
  readonly routingKeys: readonly string[];
  readonly #message: Message | undefined;
  #properties: BasicProperties | undefined;

  /** `message`: undefined if only the routing keys are known. `further`: what CC and BCC add. */
  constructor(routingKey: string, message: Message | undefined, further: readonly string[] = []) {
    this.routingKey = routingKey;
    this.routingKeys = [routingKey, ...further];
    this.#message = message;
  }

  /** Decoded once, and only if asked for. */
  get properties(): BasicProperties {
    return (this.#properties ??= this.#message?.decodeProperties() ?? NO_PROPERTIES);
  }

  get headers(): FieldTable {
    return this.properties.headers ?? EMPTY_TABLE;
  }
}
