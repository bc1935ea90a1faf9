/** Class connection on channel 0, once the connection is open (AMQP 0-9-1 section 1.4). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Method } from '../../protocol/generated/methods.ts';
import type { ConnectionStage } from '../../broker/operations/clients.ts';
import type { Writer } from '../output/writer.ts';

/** The connection, as its own methods see it. */
export interface ControlledConnection {
  readonly stage: ConnectionStage;
  readonly writer: Writer;
  closeByClient(): void;
  closeAnswered(): void;
}

export function connectionMethod(connection: ControlledConnection, method: Method): void {
  switch (method.name) {
    case 'connection.close':
      connection.closeByClient();
      return;
    case 'connection.update-secret':
      // Names and passwords do not expire here: a new secret changes nothing, and is taken as RabbitMQ's own backend does.
      if (connection.stage === 'running') connection.writer.method(0, { name: 'connection.update-secret-ok' });
      return;
    default:
      // Before it hears of our close, and answers it, a client may say anything: that is ignored.
      if (connection.stage === 'running')
        throw new AmqpError('CHANNEL_ERROR', 'unexpected method in connection state running');
      if (method.name === 'connection.close-ok') connection.closeAnswered();
  }
}
