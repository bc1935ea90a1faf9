/** What the control port answers: the same that a test in the broker's process may call. */
import type { DefinitionsDocument } from '../../broker/definitions/document.ts';
import type { Duration } from '../clock/duration.ts';
import type { Fault } from '../faults/fault.ts';
import type { ConsumerFilter } from '../faults/filters.ts';
import type { LogKind } from '../log/log-entry.ts';
import type { Properties } from '../log/received.ts';
import type { ResetOptions } from '../reset.ts';
import type { Snapshot } from '../snapshot.ts';
import type { TestSpace } from '../test-space.ts';
import { BadRequest, found, named } from './bad-request.ts';
import type { ControlledBroker } from './controlled-broker.ts';
import { beginFault } from './fault-requests.ts';
import { entryView, queueView } from './views.ts';
import { waitAt, type WaitRequest } from './wait-requests.ts';

/** A JSON document; undefined is an answer without a body. */
type Answer = object | undefined;
type Handler = (body: Body, last: string, query: URLSearchParams) => Promise<Answer> | Answer;

/** What requests may bring, but for those of faults (FaultRequest). Whoever sends another thing gets the error of what it was given to. */
interface Body extends WaitRequest {
  readonly name?: string;
  readonly vhost?: string;
  readonly queue?: string;
  readonly definitions?: DefinitionsDocument;
  readonly keep?: ResetOptions['keep'];
  readonly quiet?: number;
  readonly by?: Duration;
  readonly filter?: ConsumerFilter;
  readonly how?: 'reset' | 'end' | 'silent';
  readonly code?: number;
  readonly text?: string;
  readonly content?: string | object;
  readonly base64?: string;
  readonly properties?: Properties;
  readonly downFor?: Duration;
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
    'POST /test/put': async ({ queue, vhost, content = '', base64, properties }) => {
      const body = base64 === undefined ? content : Buffer.from(base64, 'base64');
      await this.#broker.queue(named(queue, 'queue'), { vhost }).put(body, properties);
      return undefined;
    },
    'POST /test/wait': ({ queue, vhost, ...request }) =>
      waitAt(this.#broker.queue(named(queue, 'queue'), { vhost }), request),
    'GET /test/queues/*': (_, name, query) =>
      queueView(this.#broker.queue(name, { vhost: query.get('vhost') ?? undefined })),
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
    'POST /test/faults': async (body) => {
      const fault = await beginFault(this.#broker.faults, body);
      const id = String(++this.#number);
      this.#faults.set(id, fault);
      return { id };
    },
    'POST /test/release/*': (_, id) => {
      found(this.#faults, id, 'fault').release();
      return undefined;
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
    'POST /test/connections/close': ({ filter, code, text }) => ({
      closed: this.#broker.faults.closeConnection(filter, { code, text }),
    }),
    'POST /test/channels/close': ({ filter = {}, code, text }) => ({
      closed: this.#broker.faults.closeChannel(filter, { code: code as 406, text }),
    }),
    'POST /test/consumers/cancel': ({ filter = {} }) => ({ cancelled: this.#broker.faults.cancelConsumer(filter) }),
    'POST /test/redeliver': ({ queue, filter }) => ({
      redelivered: this.#broker.faults.redeliver(named(queue, 'queue'), filter),
    }),
    'GET /test/connections': () => this.#broker.connections(),
    'GET /test/deprecations': () => this.#broker.deprecations(),
    'POST /test/topology': async ({ vhost, definitions = {} }) => ({
      differences: await this.#broker.vhost(vhost).topologyDifferences(definitions),
    }),
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
}
