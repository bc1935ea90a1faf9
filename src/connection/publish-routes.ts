/**
 * From a message's exchange and routing key, as bytes, to its route. Most publishers repeat the pair, so the last one is
 * compared as bytes first: then neither a string is made nor a permission looked up.
 */
import type { Message } from '../broker/message.ts';
import type { Route } from '../broker/route.ts';
import { AmqpError } from '../protocol/amqp-error.ts';
import { copyBytes, equalBytes } from '../util/bytes.ts';
import type { ChannelHost } from './channel-host.ts';

/** Two shortstrs of 255 bytes. */
const LONGEST_ROUTE = 512;

export class PublishRoutes {
  readonly #host: ChannelHost;
  #last: Route | undefined;
  #lastBytes: Buffer | undefined;
  #lastLength = 0;
  #vhostVersion = -1;
  #authVersion = -1;

  constructor(host: ChannelHost) {
    this.#host = host;
  }

  /** Throws AmqpError where the exchange is unknown, internal, or not the user's to write to. */
  find(message: Message): Route {
    const { vhost, broker } = this.#host;
    const { auth } = broker.node;
    const { route, routeStart, routeEnd } = message;
    if (
      this.#last !== undefined &&
      this.#vhostVersion === vhost.version &&
      this.#authVersion === auth.version &&
      equalBytes(route, routeStart, routeEnd, this.#lastBytes!, 0, this.#lastLength)
    ) {
      return this.#last;
    }
    const found = this.#check(message);
    this.#lastBytes ??= Buffer.allocUnsafeSlow(LONGEST_ROUTE);
    this.#lastLength = copyBytes(route, routeStart, routeEnd, this.#lastBytes, 0);
    this.#last = found;
    this.#vhostVersion = vhost.version;
    this.#authVersion = auth.version;
    return found;
  }

  #check(message: Message): Route {
    const { vhost, access } = this.#host;
    const name = message.exchange;
    access.check('write', 'exchange', name);
    const exchange = vhost.existingExchange(name);
    if (exchange.internal) {
      throw new AmqpError('ACCESS_REFUSED', `cannot publish to internal exchange '${name}' in vhost '${vhost.name}'`);
    }
    const { routingKey } = message;
    access.checkTopic('write', exchange, routingKey);
    return vhost.route(name, routingKey);
  }
}
