/** Class confirm (RabbitMQ: Consumer Acknowledgements and Publisher Confirms). */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { HandlersOf } from './handler-types.ts';

export const confirmMethods: HandlersOf<'confirm'> = {
  'confirm.select': (channel, { noWait }) => {
    if (channel.transaction !== undefined) {
      throw new AmqpError('PRECONDITION_FAILED', 'cannot switch from tx to confirm mode');
    }
    channel.selectConfirms();
    if (!noWait) channel.send({ name: 'confirm.select-ok' });
  },
};
