/** A handler for each method that a client may send on a channel. A method without one does not compile. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Method } from '../../protocol/generated/methods.ts';
import type { Channel } from '../channel/channel.ts';
import type { Wait } from '../lifecycle/pending-replies.ts';
import { accessMethods } from './access-methods.ts';
import { basicMethods } from './basic-methods.ts';
import { channelMethods } from './channel-methods.ts';
import { confirmMethods } from './confirm-methods.ts';
import { exchangeMethods } from './exchange-methods.ts';
import { queueMethods } from './queue-methods.ts';
import type { ChannelMethodName, Handlers } from './handler-types.ts';
import { txMethods } from './tx-methods.ts';

const HANDLERS: Handlers<ChannelMethodName> = {
  ...accessMethods,
  ...basicMethods,
  ...channelMethods,
  ...confirmMethods,
  ...exchangeMethods,
  ...queueMethods,
  ...txMethods,
};

/** Throws AmqpError COMMAND_INVALID for what only a server says, and for class connection. */
export function handle(channel: Channel, method: Method): void {
  const handler = (HANDLERS as Readonly<Record<string, ((channel: Channel, method: Method) => void) | undefined>>)[
    method.name
  ];
  if (handler === undefined) throw new AmqpError('COMMAND_INVALID', 'unimplemented method');
  const wait = channel.connection.broker.faults?.handled(channel, method);
  if (wait === undefined) handler(channel, method);
  else channel.goThrough(handleLater(wait, () => handler(channel, method)));
}

function* handleLater(wait: Wait, handler: () => void): Generator<Wait> {
  yield wait;
  handler();
}
