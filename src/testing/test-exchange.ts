/** An exchange as a test looks at it. */
import { toFieldTable } from '../codec/field-table.ts';
import { previewRoute } from '../broker/operations/route-preview.ts';
import type { Exchange } from '../broker/routing/exchange/exchange.ts';
import { type Inside, vhostOf } from './inside.ts';
import type { Properties } from './log/received.ts';
import { type MessageContent, publishTo } from './publish.ts';

export interface TestBinding {
  /** A queue, or another exchange. */
  readonly destination: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly routingKey: string;
}

export class TestExchange {
  readonly #inside: Inside;
  readonly vhost: string;
  readonly name: string;

  /** @internal */
  constructor(inside: Inside, vhost: string, name: string) {
    this.#inside = inside;
    this.vhost = vhost;
    this.name = name;
  }

  /** True if it is declared. */
  get exists(): boolean {
    return this.#found !== undefined;
  }

  /** `direct`, `topic` and so on; undefined if there is no such exchange. */
  get type(): string | undefined {
    return this.#found?.type;
  }

  get bindings(): readonly TestBinding[] {
    return Array.from(this.#found?.bindings ?? [], ({ destination, routingKey }) => ({
      destination: destination.name,
      destinationKind: destination.kind,
      routingKey,
    }));
  }

  /**
   * The queues that a message would reach, over exchanges that are bound to this one and alternate exchanges. Nothing is published.
   * @throws Error if there is no such exchange
   */
  routes(routingKey: string, headers: Readonly<Record<string, unknown>> = {}): string[] {
    const vhost = vhostOf(this.#inside, this.vhost);
    return [...previewRoute(vhost, this.name, routingKey, toFieldTable(headers)).queues];
  }

  /**
   * Publishes to the exchange; an object as JSON. Resolves when it is confirmed, to true if it reached a queue.
   * @throws Error if there is no such exchange, or a queue refused the message
   */
  publish(routingKey: string, content: MessageContent, properties?: Properties): Promise<boolean> {
    return publishTo(vhostOf(this.#inside, this.vhost), this.name, routingKey, content, properties);
  }

  get #found(): Exchange | undefined {
    return this.#inside.node.vhost(this.vhost)?.exchange(this.name);
  }
}
