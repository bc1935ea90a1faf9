/**
 * The client's side of opening a connection: protocol header, start-ok, tune-ok, open (specification section 2.2.4).
 */
import { ByteWriter } from '../../../src/codec/byte-writer.ts';
import { toFieldTable } from '../../../src/codec/field-table.ts';
import type { AmqpClient } from './client.ts';
import type { Fields } from './methods.ts';

export const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');

export interface HandshakeOptions {
  /** Default: the URL's user and password. */
  readonly user?: string;
  readonly password?: string;
  /** Default: the URL's path, or `/`. */
  readonly vhost?: string;
  /** Client capabilities; default: all a modern client has. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  /** The name that the client gives its connection; none by default. */
  readonly name?: string;
  /** Fields of tune-ok that differ from the server's proposal. Heartbeat is 0 unless it is named. */
  readonly tune?: Fields<'connection.tune-ok'>;
}

export const ALL_CAPABILITIES = {
  authentication_failure_close: true,
  'basic.nack': true,
  'connection.blocked': true,
  consumer_cancel_notify: true,
  exchange_exchange_bindings: true,
  publisher_confirms: true,
};

export async function handshake(client: AmqpClient, options: HandshakeOptions): Promise<void> {
  await sayHello(client);
  startOk(client, options);
  const tune = await client.expect('connection.tune');
  client.frameMax = options.tune?.frameMax ?? tune.frameMax;
  client.send(0, 'connection.tune-ok', {
    channelMax: tune.channelMax,
    frameMax: tune.frameMax,
    heartbeat: 0,
    ...options.tune,
  });
  client.send(0, 'connection.open', { virtualHost: options.vhost ?? vhostOf(client.url) });
  await client.expect('connection.open-ok');
}

/** Sends the protocol header and takes connection.start. */
export async function sayHello(client: AmqpClient) {
  client.write(PROTOCOL_HEADER);
  return client.expect('connection.start');
}

/** Sends start-ok with PLAIN. */
export function startOk(client: AmqpClient, options: HandshakeOptions = {}): void {
  const user = options.user ?? decodeURIComponent(client.url.username);
  const password = options.password ?? decodeURIComponent(client.url.password);
  client.send(0, 'connection.start-ok', {
    clientProperties: clientProperties(options.capabilities, options.name),
    mechanism: 'PLAIN',
    response: Buffer.from(`\0${user}\0${password}`),
    locale: 'en_US',
  });
}

export function clientProperties(capabilities: Readonly<Record<string, boolean>> = ALL_CAPABILITIES, name?: string) {
  return toFieldTable({
    product: 'conformance test',
    capabilities,
    ...(name === undefined ? {} : { connection_name: name }),
  });
}

/** The response of AMQPLAIN: a field table without its length. */
export function amqplainResponse(user: string, password: string): Buffer {
  const out = new ByteWriter();
  out.table(toFieldTable({ LOGIN: user, PASSWORD: password }));
  return Buffer.from(out.take()).subarray(4);
}

function vhostOf(url: URL): string {
  return url.pathname.length > 1 ? decodeURIComponent(url.pathname.slice(1)) : '/';
}
