/** Class connection on channel 0, once the connection is open (AMQP 0-9-1 section 1.4). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Method } from '../../protocol/generated/methods.ts';
import { type RenewedConnection, updateSecret } from '../lifecycle/update-secret.ts';

/** The connection, as its own methods see it. */
export interface ControlledConnection extends RenewedConnection {
  closeByClient(): void;
  hangUp(): void;
}

export function connectionMethod(connection: ControlledConnection, method: Method): void {
  switch (method.name) {
    case 'connection.close':
      connection.closeByClient();
      return;
    case 'connection.update-secret':
      if (connection.stage === 'running') updateSecret(connection, method.newSecret);
      return;
    default:
      // Before it hears of our close, and answers it, a client may say anything: that is ignored.
      if (connection.stage === 'running')
        throw new AmqpError('CHANNEL_ERROR', 'unexpected method in connection state running');
      if (method.name === 'connection.close-ok') connection.hangUp();
  }
}
