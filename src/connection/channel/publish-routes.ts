/**
 * From a message's exchange and routing key, as bytes, to its route. Most publishers repeat the pair, so the last one is
 * compared first; others are found in what the vhost remembers. Most stay with one exchange, so its permission is looked up once.
 */
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Message } from '../../broker/message/message.ts';
import type { Actor } from '../../broker/operations/actor.ts';
import { checkFurtherTopics, writableExchange } from '../../broker/operations/publishing.ts';
import type { Route } from '../../broker/routing/route.ts';
import { copyBytes, equalBytes } from '../../util/bytes.ts';
import type { ChannelHost } from './channel-host.ts';

/** Two shortstrs of 255 bytes. */
const LONGEST_ROUTE = 512;

export class PublishRoutes {
  readonly #host: ChannelHost;
  /** The exchange published to last: the user may. */
  #exchange: Exchange | undefined;
  #last: Route | undefined;
  #lastBytes: Buffer | undefined;
  #lastLength = 0;
  /** The user may publish to the last route's exchange by some routing keys only, so each message's further ones are looked at. */
  #byTopic = false;
  #vhostVersion = -1;
  /** Who may, and by which permissions. */
  #actor: Actor | undefined;
  #actorVersion = -1;

  constructor(host: ChannelHost) {
    this.#host = host;
  }

  /** Throws AmqpError if the exchange is unknown, internal, or not the user's to write to by one of the message's routing keys. */
  find(message: Message): Route {
    this.#forgetOld();
    const { route, routeStart, routeEnd } = message;
    if (this.#last === undefined || !equalBytes(route, routeStart, routeEnd, this.#lastBytes!, 0, this.#lastLength)) {
      this.#last = this.#search(message);
      this.#remember(this.#last, message);
    }
    if (this.#byTopic) checkFurtherTopics(this.#host.actor, this.#last.exchange, message);
    return this.#last;
  }

  #remember({ exchange }: Route, { route, routeStart, routeEnd }: Message): void {
    this.#byTopic = this.#host.actor.isBoundByTopic(exchange);
    this.#lastBytes ??= Buffer.allocUnsafeSlow(LONGEST_ROUTE);
    this.#lastLength = copyBytes(route, routeStart, routeEnd, this.#lastBytes, 0);
  }

  #search(message: Message): Route {
    const { vhost, actor } = this.#host;
    const known = vhost.knownRoute(message);
    const name = known?.exchange.name ?? message.exchange;
    if (this.#exchange?.name !== name) this.#exchange = writableExchange(actor, name);
    actor.checkTopic('write', this.#exchange, known?.routingKey ?? message.routingKey);
    return known ?? vhost.route(this.#exchange, message);
  }

  /** What was found counts until routes or permissions change. */
  #forgetOld(): void {
    const { vhost, actor } = this.#host;
    const { version } = actor;
    if (this.#vhostVersion === vhost.version && this.#actorVersion === version && this.#actor === actor) return;
    this.#last = this.#exchange = undefined;
    this.#vhostVersion = vhost.version;
    this.#actor = actor;
    this.#actorVersion = version;
  }
}
