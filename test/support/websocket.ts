/** AMQP over WebSocket, as tests speak it. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClientOptions, createWebSocketStream, WebSocket } from 'ws';
import type { Broker } from '../../src/index.ts';
import { AmqpClient, handshake, type HandshakeOptions } from './amqp-client/index.ts';

/** Where a client finds it: a broker, or its ports. */
export type Ports = Pick<Broker, 'managementPort' | 'managementTlsPort' | 'url'>;

export function webSocketUrl({ managementPort, managementTlsPort }: Omit<Ports, 'url'>): string {
  const place =
    managementPort === undefined ? `wss://localhost:${managementTlsPort}` : `ws://127.0.0.1:${managementPort}`;
  return `${place}/ws/amqp`;
}

/** Open, and with nothing said. Rejects with what the broker answers instead. */
export async function dialWebSocket(broker: Omit<Ports, 'url'>, options: ClientOptions = {}): Promise<WebSocket> {
  const webSocket = new WebSocket(webSocketUrl(broker), options);
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, 'open');
  webSocket.on('error', () => {});
  return webSocket;
}

export interface WebSocketClient {
  readonly client: AmqpClient;
  readonly webSocket: WebSocket;
}

/** Logged in. */
export async function connectByWebSocket(
  broker: Ports,
  options: ClientOptions & HandshakeOptions = {},
): Promise<WebSocketClient> {
  const webSocket = await dialWebSocket(broker, options);
  const client = AmqpClient.over(broker.url, createWebSocketStream(webSocket) as unknown as Socket);
  await handshake(client, options);
  return { client, webSocket };
}

/** The code that the broker closes it with. */
export async function closeCode(webSocket: WebSocket): Promise<number> {
  const [code] = (await once(webSocket, 'close')) as [number];
  return code;
}
