/** How methods are handled: a function for each that a client may send on a channel. */
import type { ClientMethod, MethodByName } from '../../protocol/generated/methods.ts';
import type { Channel } from '../channel/channel.ts';

/** Methods of class connection belong to channel 0: see connection-methods.ts. Those that come with each message frames.ts takes as they are. */
export type ChannelMethodName = Exclude<ClientMethod['name'], `connection.${string}` | 'basic.publish' | 'basic.ack'>;

export type Handlers<Name extends ClientMethod['name']> = {
  readonly [Key in Name]: (channel: Channel, method: MethodByName[Key]) => void;
};

export type HandlersOf<Class extends string> = Handlers<Extract<ChannelMethodName, `${Class}.${string}`>>;
