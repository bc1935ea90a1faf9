/** A vhost as a test has it: probes for what is in it, what it begins with, and how it begins anew. */
import { readFile } from 'node:fs/promises';
import type { DefinitionsDocument } from '../broker/definitions/document.ts';
import { nearest, unknownKey } from '../config/nearest.ts';
import { checkKeys, checkWord } from './check.ts';
import { type Inside, vhostOf } from './inside.ts';
import type { MessageLog } from './log/message-log.ts';
import { clearMessages, clearTopology, closeConnections, type ResetOptions } from './reset.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { differences } from './topology.ts';
import { TestExchange } from './test-exchange.ts';
import { TestQueue } from './test-queue.ts';

export class TestVhost {
  readonly #inside: Inside;
  readonly vhost: string;
  /** What happened in this vhost. */
  readonly log: MessageLog;
  readonly #seeds: DefinitionsDocument[] = [];

  /** @internal */
  constructor(inside: Inside, vhost: string, log: MessageLog) {
    this.#inside = inside;
    this.vhost = vhost;
    this.log = log;
  }

  /** A queue, which need not be declared yet. */
  queue(name: string): TestQueue {
    return new TestQueue(this.#inside, this.vhost, name);
  }

  /** An exchange, which need not be declared yet. */
  exchange(name: string): TestExchange {
    return new TestExchange(this.#inside, this.vhost, name);
  }

  /**
   * Declares what definitions in RabbitMQ's form say, an object or the path of a file: those of one vhost, or of the default vhost of a whole
   * broker. A reset that removes what is declared brings it back.
   * @throws DefinitionsError with every problem
   */
  async seed(definitions: DefinitionsDocument | string): Promise<void> {
    const document = ofOneVhost(await read(definitions));
    await this.#inside.definitions.import(document, { vhost: this.vhost });
    this.#seeds.push(document);
  }

  /** See ResetOptions. Resolves when all of it is done. */
  async reset(options: ResetOptions = {}): Promise<void> {
    checkKeys('options', options, ['keep', 'log']);
    const { keep = 'topology', log = true } = options;
    checkWord('keep', keep, ['topology', 'connections', 'nothing']);
    const vhost = vhostOf(this.#inside, this.vhost);
    if (keep === 'nothing') closeConnections(this.#inside, vhost);
    clearMessages(this.#inside, vhost);
    if (keep !== 'topology') {
      clearTopology(vhost);
      for (const seed of this.#seeds) await this.#inside.definitions.import(seed, { vhost: this.vhost });
    }
    if (log) this.log.clear();
  }

  /** What is declared and the messages in its queues, streams aside; they may be taken from it any number of times. Deliveries count as ready. */
  async snapshot(): Promise<Snapshot> {
    return takeSnapshot(vhostOf(this.#inside, this.vhost), await this.topology());
  }

  /** Puts a snapshot in place of what is declared and lies in queues. Connections stay, consumers are cancelled. */
  async restore(snapshot: Snapshot): Promise<void> {
    const vhost = vhostOf(this.#inside, this.vhost);
    clearMessages(this.#inside, vhost);
    clearTopology(vhost);
    await this.#inside.definitions.import(snapshot.definitions, { vhost: this.vhost });
    snapshot.putBack(vhost);
    this.log.clear();
  }

  /** What is declared now, in the form of RabbitMQ's definitions.json; exclusive queues are not among it. */
  topology(): Promise<DefinitionsDocument> {
    return this.#inside.definitions.export({ vhost: this.vhost });
  }

  /**
   * A line for each queue, exchange and binding that definitions, an object or the path of a file, have and the vhost has not, or the other way
   * round, or that is another. Empty if there is none.
   */
  async topologyDifferences(expected: DefinitionsDocument | string): Promise<string[]> {
    return differences(ofOneVhost(await read(expected)), await this.topology());
  }
}

async function read(definitions: DefinitionsDocument | string): Promise<DefinitionsDocument> {
  if (typeof definitions !== 'string') return checked(definitions);
  return checked(JSON.parse(await readFile(definitions, 'utf8')) as DefinitionsDocument);
}

const LISTS = ['queues', 'exchanges', 'bindings', 'policies', 'parameters'];

/** Files of a whole broker have more than a vhost takes, and may have what no version knew yet: what is almost the name of a list is none of that. */
function checked(definitions: DefinitionsDocument): DefinitionsDocument {
  for (const key of Object.keys(definitions)) {
    if (!LISTS.includes(key) && nearest(key, LISTS) !== undefined)
      throw new TypeError(`definitions: ${unknownKey(key, LISTS)}`);
  }
  return definitions;
}

/** The lists that a vhost has, of the default vhost if they name one. */
function ofOneVhost({ queues, exchanges, bindings, policies, parameters }: DefinitionsDocument): DefinitionsDocument {
  return {
    queues: own(queues),
    exchanges: own(exchanges),
    bindings: own(bindings),
    policies: own(policies),
    parameters: own(parameters),
  };
}

function own<Entry extends object>(entries: readonly Entry[] = []): Entry[] {
  return entries.flatMap((entry) => {
    const { vhost = '/', ...rest } = entry as Entry & { vhost?: string };
    return vhost === '/' ? [rest as unknown as Entry] : [];
  });
}
