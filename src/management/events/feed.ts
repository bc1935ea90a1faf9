/**
 * What changes in the broker, told to who listens, as server-sent events (HTML Living Standard, section 9.2): topology and clients as it happens,
 * alarms when one begins or ends, and every few seconds how many messages there are and how fast they go. While nobody listens the broker
 * is not watched. Who does not take what it is told is dropped.
 */
import { Readable } from 'node:stream';
import { AccessPending } from '../../broker/access/access-pending.ts';
import type { BrokerEvent } from '../../broker/events/observer.ts';
import { type Fault, hear } from '../../util/guard.ts';
import type { ManagementContext } from '../context.ts';
import { type Principal, sees } from '../http/principal.ts';
import { HttpProblem } from '../http/problem.ts';
import { channelFigures, totalLengths } from '../rates/figures.ts';
import type { Rates } from '../rates/rates.ts';

/** How often samples are sent, in milliseconds. */
const SAMPLE_MS = 5000;
/** Bytes that may wait to be taken by one who listens. */
const MOST_WAITING_BYTES = 1024 * 1024;
const MOST_LISTENERS = 100;

interface Listener {
  readonly principal: Principal;
  readonly stream: Readable;
}

export class EventFeed {
  readonly #context: ManagementContext;
  readonly #rates: Rates;
  readonly #listeners = new Set<Listener>();
  /** Ends what began for the first who listens. */
  #end: () => void = () => undefined;

  constructor(context: ManagementContext, rates: Rates) {
    this.#context = context;
    this.#rates = rates;
  }

  /** Ends when whoever reads it closes it, or is dropped. Throws HttpProblem 503 if too many listen. */
  open(principal: Principal): Readable {
    if (this.#listeners.size >= MOST_LISTENERS) {
      throw new HttpProblem(503, { error: 'too_many_listeners', reason: `${MOST_LISTENERS} listen already` });
    }
    const fault: Fault = (error) => this.#context.node.fault(error);
    const listener = { principal, stream: new Readable({ read: () => undefined }) };
    hear(listener.stream, 'close', fault, () => this.#leave(listener));
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    // The first words say that all that follows is told.
    push(listener, ': listening\n\n');
    this.#tellSample([listener]);
    return listener.stream;
  }

  stop(): void {
    for (const { stream } of this.#listeners) stream.destroy();
  }

  #begin(): void {
    const { node, clock } = this.#context;
    const unobserve = node.observe((event) => this.#tell(event), false);
    const unwatch = node.alarms.onChange(() => this.#tellAlarms());
    const timer = clock.every(SAMPLE_MS, () => this.#tellSample(this.#listeners));
    this.#end = () => {
      unobserve();
      unwatch();
      timer.cancel();
    };
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#end();
  }

  #tell(event: BrokerEvent): void {
    const { type, ...rest } = event;
    const by = 'by' in rest ? rest.by : undefined;
    const text = eventText(type, { ...rest, at: this.#context.clock.now() });
    const user = by?.user ?? ('user' in rest ? rest.user : undefined);
    for (const listener of this.#listeners) {
      const { principal } = listener;
      const isShown =
        user === undefined ? seesNow(principal, event.vhost) : principal.has('monitoring') || user === principal.name;
      if (isShown) push(listener, text);
    }
  }

  #tellAlarms(): void {
    const { alarms } = this.#context.node;
    const [memory, disk, store] = [
      alarms.isRaised('memory'),
      alarms.isRaised('disk'),
      alarms.storeTrouble !== undefined,
    ];
    const text = eventText('alarms', { memory, disk, store });
    for (const listener of this.#listeners) push(listener, text);
  }

  /** As the overview shows it: to who monitors. To all others it says that the connection lives. */
  #tellSample(listeners: Iterable<Listener>): void {
    let rates: string | undefined;
    for (const listener of listeners) {
      push(listener, listener.principal.has('monitoring') ? (rates ??= this.#ratesText()) : ': alive\n\n');
    }
  }

  #ratesText(): string {
    const { node, clock } = this.#context;
    this.#rates.asked();
    const lengths = this.#rates.withDetails(node, totalLengths(node.vhosts));
    const stats = this.#rates.withDetails(node, channelFigures(node.channelTotals()));
    return eventText('rates', { at: clock.now(), queue_totals: lengths, message_stats: stats });
  }
}

/** Who has to be asked about has seen it the next time. */
function seesNow(principal: Principal, vhost: string): boolean {
  try {
    return sees(principal, vhost);
  } catch (error) {
    if (error instanceof AccessPending) return false;
    throw error;
  }
}

function eventText(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function push({ stream }: Listener, text: string): void {
  if (stream.destroyed) return;
  if (stream.readableLength + text.length > MOST_WAITING_BYTES) stream.destroy();
  else stream.push(text);
}
