/** What a client said of itself in connection.start-ok. */
import { isSet, textIn } from '../../broker/arguments/fields.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';

export class ClientProperties {
  readonly properties: FieldTable;
  /** Capabilities that change what the server sends (RabbitMQ: Consumer Cancel Notifications, Blocked Connections, Access Control). */
  readonly consumerCancelNotify: boolean;
  readonly connectionBlocked: boolean;
  readonly authenticationFailureClose: boolean;
  /** The name that the client gives its connection, empty if it gives none. */
  readonly connectionName: string;

  constructor(properties: FieldTable = EMPTY_TABLE) {
    this.properties = properties;
    const field = properties.get('capabilities');
    const capabilities = field?.type === 'table' ? field.value : EMPTY_TABLE;
    this.consumerCancelNotify = isSet(capabilities, 'consumer_cancel_notify');
    this.connectionBlocked = isSet(capabilities, 'connection.blocked');
    this.authenticationFailureClose = isSet(capabilities, 'authentication_failure_close');
    this.connectionName = textIn(properties, 'connection_name') ?? '';
  }
}
