/** What an object is shown by: the broker, and the rates that a request asks for. */
import { contentsOf, type LogContents } from '../broker/log/log-contents.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { ManagementContext } from './context.ts';
import type { Query } from './http/query.ts';
import { type Figures, totalLengths } from './rates/figures.ts';
import type { Ages, Rates } from './rates/rates.ts';

/** The largest number of samples that one request gets of a figure. */
const MOST_SAMPLES = 1000;
/** What has not changed for so long is idle, in milliseconds: RabbitMQ looks as often. */
const IDLE_AFTER_MS = 5000;

export class View {
  readonly context: ManagementContext;
  readonly now: number;
  readonly #rates: Rates;
  readonly #contents = new WeakMap<DeclaredQueue, LogContents>();
  readonly #vhostLengths = new WeakMap<Vhost, Figures>();
  readonly #ages: Readonly<Record<'lengths' | 'msg_rates' | 'data_rates' | 'node_stats', Ages | undefined>>;

  constructor(context: ManagementContext, rates: Rates, query: Query) {
    this.context = context;
    this.now = context.clock.now();
    this.#rates = rates;
    this.#ages = {
      lengths: readAges(query, 'lengths'),
      msg_rates: readAges(query, 'msg_rates'),
      data_rates: readAges(query, 'data_rates'),
      node_stats: readAges(query, 'node_stats'),
    };
  }

  /** Numbers of messages, with rates. */
  lengths(object: object, figures: Figures): Record<string, unknown> {
    return this.#rates.withDetails(object, figures, this.#ages.lengths);
  }

  /** `message_stats`, with rates. */
  messageStats(object: object, figures: Figures): Record<string, unknown> {
    return this.#rates.withDetails(object, figures, this.#ages.msg_rates);
  }

  /** `message_stats` of a part of an object: rates are noted from now on, as long as somebody asks for them. */
  partStats(part: object, figures: () => Figures): Record<string, unknown> {
    this.#rates.watch(part, figures);
    return this.messageStats(part, figures());
  }

  /** When the figures last changed, in RabbitMQ's form; undefined if that is not long ago. */
  idleSince(object: object, figures: Figures): string | undefined {
    const since = this.#rates.restsSince(object, figures);
    if (since === undefined || this.now - since < IDLE_AFTER_MS) return undefined;
    return new Date(since).toISOString().replace('Z', '+00:00');
  }

  /** What a queue has, found out once for all of its fields; undefined for a stream, whose bytes nobody counts. */
  contents(queue: DeclaredQueue): LogContents | undefined {
    if (queue.type === 'stream') return undefined;
    let contents = this.#contents.get(queue);
    if (contents === undefined) this.#contents.set(queue, (contents = contentsOf(queue.log.segments)));
    return contents;
  }

  /** How many messages a vhost has, found out once for all of its fields. */
  lengthsIn(vhost: Vhost): Figures {
    let lengths = this.#vhostLengths.get(vhost);
    if (lengths === undefined) this.#vhostLengths.set(vhost, (lengths = totalLengths([vhost])));
    return lengths;
  }

  /** What is told of the node, with rates. */
  nodeStats(object: object, figures: Figures): Record<string, unknown> {
    return this.#rates.withDetails(object, figures, this.#ages.node_stats);
  }

  /** Octets, with rates. */
  data(object: object, figures: Figures): Record<string, unknown> {
    return this.#rates.withDetails(object, figures, this.#ages.data_rates);
  }
}

/** Ages that make no sense are as if they were not there, as in RabbitMQ 3. */
function readAges(query: Query, kind: string): Ages | undefined {
  const [age, increment] = [Number(query.get(`${kind}_age`)), Number(query.get(`${kind}_incr`))];
  if (!(age > 0 && increment > 0) || age / increment > MOST_SAMPLES) return undefined;
  return { age, increment };
}
