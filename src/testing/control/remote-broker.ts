/**
 * A test broker in another process, by its control port: `leveret test`, or the one that a global set-up has started for all workers. What a test
 * in the broker's own process reads at once, it asks for here.
 */
import type { DefinitionsDocument } from '../../broker/definitions/document.ts';
import type { Duration } from '../clock/duration.ts';
import type { ResetOptions } from '../reset.ts';
import type { RestartOptions } from '../restart.ts';
import type { IdleOptions } from '../stillness.ts';
import type { TestPlace } from '../test-place.ts';
import type { FaultRequest } from './fault-requests.ts';
import { type Ask, asker, withQuery } from './remote-ask.ts';
import { RemoteQueue } from './remote-queue.ts';
import type { EntryView } from './views.ts';

/** All that is named. */
export interface RemoteLogFilter {
  /** A LogKind. */
  readonly kind?: string | undefined;
  readonly queue?: string | undefined;
}

export class RemoteBroker {
  readonly #ask: Ask;

  /** @param controlUrl `broker.controlUrl`, or what `leveret test` prints as `control` */
  constructor(controlUrl: string) {
    this.#ask = asker(controlUrl);
  }

  /** A queue, which need not be declared yet. */
  queue(name: string, { vhost }: TestPlace = {}): RemoteQueue {
    return new RemoteQueue(this.#ask, name, vhost);
  }

  /** A new vhost with a user of its own. `definitions`: what it begins with, in RabbitMQ's form. */
  async space(name?: string, definitions?: DefinitionsDocument): Promise<RemoteSpace> {
    const { vhost, url } = await this.#ask<{ vhost: string; url: string }>('POST', '/test/spaces', {
      name,
      definitions,
    });
    return new RemoteSpace(this.#ask, vhost, url);
  }

  /** See TestBroker. */
  async reset(options: Omit<ResetOptions, 'log'> & TestPlace = {}): Promise<void> {
    await this.#ask('POST', '/test/reset', options);
  }

  /** See TestBroker. Clients are in other processes: nothing may happen for 50 ms, unless `quiet` says another time. */
  async idle(options: IdleOptions = {}): Promise<void> {
    await this.#ask('POST', '/test/idle', options);
  }

  /** Lets message time pass, if the broker has a clock by hand. Resolves with what happened then. */
  async advance(by: Duration): Promise<readonly EntryView[]> {
    return (await this.#ask<{ rang: EntryView[] }>('POST', '/test/clock/advance', { by })).rang;
  }

  /** Entries of its log. */
  log({ kind, queue, vhost }: RemoteLogFilter & TestPlace = {}): Promise<EntryView[]> {
    return this.#ask('GET', withQuery('/test/log', { kind, queue, vhost }));
  }

  /** Begins a fault, by the name of its function in `Faults`; its arguments go by their names. */
  async fault(kind: string, request: Omit<FaultRequest, 'kind'> = {}): Promise<RemoteFault> {
    const { id } = await this.#ask<{ id: string }>('POST', '/test/faults', { ...request, kind });
    return new RemoteFault(this.#ask, id);
  }

  /** See TestBroker. */
  async crash(options: RestartOptions = {}): Promise<void> {
    await this.#ask('POST', '/test/crash', options);
  }

  /** See TestBroker. */
  async restart(options: RestartOptions = {}): Promise<void> {
    await this.#ask('POST', '/test/restart', options);
  }
}

/** A vhost of its own, as RemoteBroker.space makes it. */
export class RemoteSpace implements AsyncDisposable {
  readonly #ask: Ask;
  readonly vhost: string;
  /** Where its user connects to it. */
  readonly url: string;

  /** @internal */
  constructor(ask: Ask, vhost: string, url: string) {
    this.#ask = ask;
    this.vhost = vhost;
    this.url = url;
  }

  /** A queue, which need not be declared yet. */
  queue(name: string): RemoteQueue {
    return new RemoteQueue(this.#ask, name, this.vhost);
  }

  /** See ResetOptions. Lifts all faults of the broker too. */
  async reset({ keep }: Pick<ResetOptions, 'keep'> = {}): Promise<void> {
    await this.#ask('POST', '/test/reset', { vhost: this.vhost, keep });
  }

  /** Entries of its log. */
  log({ kind, queue }: RemoteLogFilter = {}): Promise<EntryView[]> {
    return this.#ask('GET', withQuery('/test/log', { kind, queue, vhost: this.vhost }));
  }

  /** Removes vhost and user; connections are closed with 320. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask('DELETE', `/test/spaces/${encodeURIComponent(this.vhost)}`);
  }
}

/** A fault that RemoteBroker.fault has begun. */
export class RemoteFault implements AsyncDisposable {
  readonly #ask: Ask;
  readonly #id: string;

  /** @internal */
  constructor(ask: Ask, id: string) {
    this.#ask = ask;
    this.#id = id;
  }

  /** How often it struck, and whether it still may. */
  state(): Promise<{ readonly kind: string; readonly hits: number; readonly active: boolean }> {
    return this.#ask('GET', `/test/faults/${this.#id}`);
  }

  /** What it holds up goes on; what comes later is held up again. */
  async release(): Promise<void> {
    await this.#ask('POST', `/test/release/${this.#id}`);
  }

  /** Ends it. Resolves with how often it struck. */
  async lift(): Promise<number> {
    return (await this.#ask<{ hits: number }>('DELETE', `/test/faults/${this.#id}`)).hits;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lift();
  }
}
