/** What the control port answers: the same that a test in the broker's process may call. */
import type { DefinitionsDocument } from '../../broker/definitions/document.ts';
import type { Duration } from '../clock/duration.ts';
import type { Fault, Trigger } from '../faults/fault.ts';
import type { HoldUp } from '../faults/faults.ts';
import type { ConnectionFilter, PublishFilter } from '../faults/filters.ts';
import type { Network } from '../faults/line.ts';
import type { LogKind } from '../log/log-entry.ts';
import type { Match } from '../log/match.ts';
import type { ResetOptions } from '../reset.ts';
import type { Snapshot } from '../snapshot.ts';
import type { TestSpace } from '../test-space.ts';
import type { ControlledBroker } from './controlled-broker.ts';
import { entryView, messageView } from './views.ts';

/** A request that makes no sense. Its message is the answer. */
export class BadRequest extends Error {}

/** What is named by a number or a name in a path, and is not there. */
export class NotThere extends Error {}

/** A JSON document; undefined is an answer without a body. */
type Answer = object | undefined;
type Handler = (body: Body, last: string, query: URLSearchParams) => Promise<Answer> | Answer;

/** What requests may bring. Whoever sends another thing gets the error of what it was given to. */
interface Body {
  readonly name?: string;
  readonly vhost?: string;
  readonly queue?: string;
  readonly definitions?: DefinitionsDocument;
  readonly keep?: ResetOptions['keep'];
  readonly match?: Match;
  readonly count?: number;
  readonly patience?: number;
  readonly quiet?: number;
  readonly by?: Duration;
  readonly kind?: string;
  readonly filter?: PublishFilter & ConnectionFilter;
  readonly trigger?: Trigger;
  readonly hold?: HoldUp;
  readonly method?: string;
  readonly resource?: 'memory' | 'disk';
  readonly how?: 'reset' | 'silent';
  readonly content?: string | object;
  readonly downFor?: Duration;
  readonly ms?: number;
  readonly network?: Network;
}

/** Clients are in other processes: they take longer than a turn of this one's event loop. */
const QUIET_MS = 50;

export class Routes {
  readonly #broker: ControlledBroker;
  readonly #spaces = new Map<string, TestSpace>();
  readonly #faults = new Map<string, Fault>();
  readonly #snapshots = new Map<string, { readonly snapshot: Snapshot; readonly vhost: string | undefined }>();
  #number = 0;

  constructor(broker: ControlledBroker) {
    this.#broker = broker;
  }

  /** By method and path; `*` is the last word of a path, which is handed on. */
  readonly table: Readonly<Record<string, Handler>> = {
    'POST /test/spaces': async ({ name, definitions }) => {
      const space = await this.#broker.space(name);
      this.#spaces.set(space.vhost, space);
      if (definitions !== undefined) await space.seed(definitions);
      return { vhost: space.vhost, url: space.url };
    },
    'DELETE /test/spaces/*': async (_, name) => {
      const space = found(this.#spaces, name, 'space');
      this.#spaces.delete(name);
      await space[Symbol.asyncDispose]();
      return undefined;
    },
    'POST /test/reset': async ({ vhost, keep }) => {
      await this.#broker.reset({ vhost, keep });
      return undefined;
    },
    'POST /test/put': async ({ queue, vhost, content }) => {
      await this.#broker.queue(named(queue, 'queue'), { vhost }).put(content ?? '');
      return undefined;
    },
    'POST /test/wait': async ({ queue, vhost, match, count, patience }) => {
      const probe = this.#broker.queue(named(queue, 'queue'), { vhost });
      return messageView(await probe.toReceive(match, { count: count ?? 1, patience }));
    },
    'GET /test/queues/*': (_, name, query) => {
      const queue = this.#broker.queue(name, { vhost: query.get('vhost') ?? undefined });
      const { exists, ready, unacked, delayed, consumers } = queue;
      return { exists, ready, unacked, delayed, consumers, messages: queue.messages.map(messageView) };
    },
    'GET /test/log': (_, __, query) => {
      const [kind, queue, since, vhost] = ['kind', 'queue', 'since', 'vhost'].map(
        (name) => query.get(name) ?? undefined,
      );
      const entries = this.#broker.log.all({ kind: kind as LogKind | undefined, queue });
      return entries
        .filter((entry) => entry.order > Number(since ?? 0) && entry.vhost === (vhost ?? entry.vhost))
        .map(entryView);
    },
    'POST /test/idle': async ({ patience, quiet = QUIET_MS }) => {
      await this.#broker.idle({ patience, quiet });
      return undefined;
    },
    'POST /test/clock/advance': async ({ by }) => {
      if (by === undefined) throw new BadRequest('give what is to pass, such as { "by": "7d" }');
      const before = this.#broker.log.all().at(-1)?.order ?? 0;
      await this.#broker.clock.advance(by);
      const rang = this.#broker.log.all().filter(({ order }) => order > before);
      return { now: this.#broker.clock.now, rang: rang.map(entryView) };
    },
    'POST /test/faults': (body) => {
      const id = String(++this.#number);
      this.#faults.set(id, this.#fault(body));
      return { id };
    },
    'GET /test/faults/*': (_, id) => {
      const { kind, hits, active } = found(this.#faults, id, 'fault');
      return { kind, hits, active };
    },
    'DELETE /test/faults/*': (_, id) => {
      const fault = found(this.#faults, id, 'fault');
      this.#faults.delete(id);
      fault.lift();
      return { hits: fault.hits };
    },
    'POST /test/connections/drop': ({ filter, how }) => ({ dropped: this.#broker.faults.dropConnection(filter, how) }),
    'POST /test/crash': async ({ downFor }) => {
      await this.#broker.crash({ downFor });
      return undefined;
    },
    'POST /test/restart': async ({ downFor }) => {
      await this.#broker.restart({ downFor });
      return undefined;
    },
    'POST /test/snapshots': async ({ vhost }) => {
      const id = String(++this.#number);
      this.#snapshots.set(id, { snapshot: await this.#broker.vhost(vhost).snapshot(), vhost });
      return { id };
    },
    'POST /test/restore/*': async (_, id) => {
      const { snapshot, vhost } = found(this.#snapshots, id, 'snapshot');
      await this.#broker.vhost(vhost).restore(snapshot);
      return undefined;
    },
  };

  #fault({ kind, filter, trigger, hold = 'until released', method, queue, resource, how, ms, network }: Body): Fault {
    const { faults } = this.#broker;
    switch (kind) {
      case 'nackPublishes':
      case 'unroutable':
      case 'loseConfirms':
      case 'reorder':
        return faults[kind](filter, trigger);
      case 'delayConfirms':
        return faults.delayConfirms(hold, filter, trigger);
      case 'delayReplies':
        return faults.delayReplies(named(method, 'method'), hold, filter, trigger);
      case 'duplicateDeliveries':
        return faults.duplicateDeliveries(named(queue, 'queue'), trigger);
      case 'network':
        return faults.network(network ?? {}, filter);
      case 'diskFull':
        return faults.diskFull();
      case 'slowDisk':
        return faults.slowDisk(positive(ms, 'ms'), trigger);
      case 'block':
        return faults.block(resource);
      case 'refuseConnections':
        return faults.refuseConnections(how === 'silent' ? 'no answer' : 'reset', trigger);
      default:
        throw new BadRequest(`there is no fault of the kind ${JSON.stringify(kind)}`);
    }
  }
}

function named(value: string | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new BadRequest(`"${name}" is missing`);
}

function positive(value: number | undefined, name: string): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new BadRequest(`"${name}" is to be a number above 0`);
}

function found<Value>(values: ReadonlyMap<string, Value>, name: string, what: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new NotThere(`there is no ${what} '${name}'`);
  return value;
}
