/** The raw AMQP client that the conformance tests speak with. */
export { AmqpChannel, type Delivery, type Got, type Message, type PublishOptions, type Returned } from './channel.ts';
export { AmqpClient } from './client.ts';
export * as frames from './frames.ts';
export {
  ALL_CAPABILITIES,
  amqplainResponse,
  clientProperties,
  handshake,
  PROTOCOL_HEADER,
  sayHello,
  startOk,
  type HandshakeOptions,
} from './handshake.ts';
export type { Received } from './inbox.ts';
export { method, type Fields, type MethodName } from './methods.ts';
