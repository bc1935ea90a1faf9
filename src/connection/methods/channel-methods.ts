/** Class channel (AMQP 0-9-1 section 1.5), for a channel that is open. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { HandlersOf } from './handler-types.ts';

export const channelMethods: HandlersOf<'channel'> = {
  'channel.open': () => {
    throw new AmqpError('CHANNEL_ERROR', "second 'channel.open' seen");
  },

  'channel.flow': (channel, { active }) => {
    if (!active) throw new AmqpError('NOT_IMPLEMENTED', 'active=false');
    channel.send({ name: 'channel.flow-ok', active: true });
  },

  'channel.flow-ok': () => {
    throw new AmqpError('COMMAND_INVALID', 'unimplemented method');
  },

  'channel.close': (channel) => {
    channel.connection.endChannel(channel);
    channel.send({ name: 'channel.close-ok' });
  },

  'channel.close-ok': () => {
    throw new AmqpError('COMMAND_INVALID', 'unimplemented method');
  },
};
