/** What is declared in a vhost and lies in its queues, to be put back later. */
import type { DefinitionsDocument } from '../broker/definitions/document.ts';
import { messagesAtHand } from '../broker/operations/message-walk.ts';
import type { Message } from '../broker/message/message.ts';
import type { Vhost } from '../broker/topology/vhost.ts';

export class Snapshot {
  /** @internal */
  readonly definitions: DefinitionsDocument;
  readonly #messages: ReadonlyMap<string, readonly Message[]>;

  /** @internal */
  constructor(definitions: DefinitionsDocument, messages: ReadonlyMap<string, readonly Message[]>) {
    this.definitions = definitions;
    this.#messages = messages;
  }

  /** How many messages are in it. */
  get messageCount(): number {
    return [...this.#messages.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** @internal The queues are declared again by now. */
  putBack(vhost: Vhost): void {
    for (const [name, messages] of this.#messages) {
      const queue = vhost.queue(name);
      // A copy each time: the broker gives a message to many, and may change it on its way.
      for (const message of messages) queue?.accept(message.copy(), message.persistent, undefined, 0);
    }
  }
}

/** Throws StoreError if a message cannot be read. */
export function takeSnapshot(vhost: Vhost, definitions: DefinitionsDocument): Snapshot {
  const messages = new Map<string, Message[]>();
  for (const { name, type, owner, log } of vhost.queues) {
    if (type === 'stream' || owner !== undefined) continue;
    const copies: Message[] = [];
    for (const message of messagesAtHand(log)) {
      const copy = message.copy();
      copy.shared = undefined;
      copies.push(copy);
    }
    messages.set(name, copies);
  }
  return new Snapshot(definitions, messages);
}
