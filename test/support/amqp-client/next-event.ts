/**
 * The next thing that happens in a broker of this process, for clients that wait for what a question shows. Of another broker nobody tells them: they
 * ask it again.
 */
import type { BrokerNode } from '../../../src/broker/topology/broker-node.ts';

type TellingNode = Pick<BrokerNode, 'observe'>;

/** By their ports. */
const nodes = new Map<string, TellingNode>();

/** Has clients of the URL hear of what happens in a node. Returns what ends that. */
export function tellOf(url: string, node: TellingNode): () => void {
  const { port } = new URL(url);
  nodes.set(port, node);
  return () => void nodes.delete(port);
}

export class NextEvent implements Disposable {
  /** Resolves when it happens; at once if nobody tells of it. */
  readonly happened: Promise<void>;
  readonly #end: (() => void) | undefined;

  constructor({ port }: URL) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.happened = promise;
    this.#end = nodes.get(port)?.observe(() => resolve());
    if (this.#end === undefined) resolve();
  }

  [Symbol.dispose](): void {
    this.#end?.();
  }
}
