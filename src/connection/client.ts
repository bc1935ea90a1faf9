/** What a client said of itself in connection.start-ok. */
import { EMPTY_TABLE, type FieldTable } from '../protocol/field-table.ts';

export class Client {
  readonly properties: FieldTable;
  /** Capabilities that change what the server sends (RabbitMQ: Consumer Cancel Notifications, Blocked Connections, Access Control). */
  readonly consumerCancelNotify: boolean;
  readonly connectionBlocked: boolean;
  readonly authenticationFailureClose: boolean;
  /** The name that the client gives its connection, empty where it gives none. */
  readonly connectionName: string;

  constructor(properties: FieldTable = EMPTY_TABLE) {
    this.properties = properties;
    const field = properties.get('capabilities');
    const capabilities = field?.type === 'table' ? field.value : EMPTY_TABLE;
    const has = (name: string): boolean => {
      const capability = capabilities.get(name);
      return capability?.type === 'bool' && capability.value;
    };
    this.consumerCancelNotify = has('consumer_cancel_notify');
    this.connectionBlocked = has('connection.blocked');
    this.authenticationFailureClose = has('authentication_failure_close');
    const name = properties.get('connection_name');
    this.connectionName = name?.type === 'longstr' ? name.value.toString() : '';
  }
}
