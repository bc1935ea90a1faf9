/**
 * How a node comes to have the store: it finds the database, joins the others, waits for its turn, and reads what there is. A database that goes
 * away meanwhile is waited for. While it reads it beats already, or whoever waits would take it for dead: there may be much to read.
 */
import { once } from 'node:events';
import type { Clock } from '../../util/clock.ts';
import { rethrow, unawaited } from '../../util/guard.ts';
import type { StoreLog } from '../engine/commit-trouble.ts';
import { type DataKeys, FIRST_KEY, newDataKey, openDataKeys, sealBy, type SealedKey } from '../sealing/data-keys.ts';
import type { Seal } from '../sealing/seal.ts';
import { StoreError } from '../store.ts';
import type { DatabaseAddress } from './address.ts';
import { Chain, type Told } from './chain.ts';
import { connector } from './connector.ts';
import { damagedIn } from './damaged.ts';
import { durabilityProblems, refuseProblems } from './durability.ts';
import { inTime } from './in-time.ts';
import { Fenced, Membership } from './membership.ts';
import { PrimaryLink } from './primary-link.ts';
import { readState, type Recovered } from './recovery.ts';
import { openSchema } from './schema.ts';
import { readSealedKeys } from './sealing-table.ts';
import { isPassing } from './server-errors.ts';

const NO_DATABASE = 'the database cannot be used yet; it is tried again';
const WAITING = 'waiting to take over from the node that serves the clients:';
const FENCED = 'this node was taken over before it could serve anybody; it waits for its turn again';

/** Between two attempts, in milliseconds. */
const PAUSE = 250;

export interface OpeningOptions {
  readonly address: DatabaseAddress;
  /** Of the database, for the log. */
  readonly place: string;
  /** Of this node. */
  readonly name: string;
  readonly requireSync: boolean;
  /** See PostgresStoreOptions. */
  readonly key: (() => Uint8Array) | undefined;
  /** How long a database that cannot be used is waited for at first, in milliseconds; later for ever. */
  readonly startMs: number;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly signal: AbortSignal | undefined;
  readonly onWaiting: ((active: string) => void) | undefined;
  readonly unref: boolean | undefined;
}

/** What the store has of it. */
export interface Opened {
  readonly link: PrimaryLink;
  readonly membership: Membership;
  readonly chain: Chain;
  readonly recovered: Recovered;
  /** Those that rows are sealed by; undefined: the store is not sealed. */
  readonly keys: DataKeys | undefined;
  readonly seal: Seal;
  /** The store is told from now on. */
  readonly told: Told;
}

/** Rejects with a StoreError for what no waiting mends. Nothing stays open then. */
export async function openDatabase(options: OpeningOptions): Promise<Opened> {
  const { address, name, clock, unref } = options;
  const told: Told = { trouble: () => undefined, fenced: () => undefined };
  const connect = await connector(address, name, clock, unref);
  const link = new PrimaryLink(address.hosts, connect, clock, (reason) => told.trouble(reason));
  try {
    return await new Opening(options, link, told).run();
  } catch (error) {
    link.destroy();
    if (options.signal?.aborted === true) throw new StoreError('The start was given up.');
    if (error instanceof StoreError) throw error;
    const { message } = error as Error;
    throw new StoreError(`The database ${options.place} cannot be used: ${message}.`, { cause: error });
  }
}

class Opening {
  readonly #options: OpeningOptions;
  readonly #link: PrimaryLink;
  readonly #told: Told;
  readonly #membership: Membership;
  #reason = 'it does not answer';
  #master: Uint8Array | undefined;

  constructor(options: OpeningOptions, link: PrimaryLink, told: Told) {
    this.#options = options;
    this.#link = link;
    this.#told = told;
    const { name, address, clock, place, log } = options;
    told.trouble = (reason) => {
      if (reason !== undefined && reason !== this.#reason)
        log('warn', { store: place, reason: (this.#reason = reason) }, NO_DATABASE);
    };
    const onWaiting = (active: string): void => {
      log('info', { store: place, active }, `${WAITING} ${active}`);
      options.onWaiting?.(active);
    };
    this.#membership = new Membership(link, { name, leaseMs: address.leaseMs, clock, onWaiting });
  }

  async run(): Promise<Opened> {
    const { signal, place, log } = this.#options;
    // Nobody heard it until now.
    signal?.throwIfAborted();
    let isOpen = false;
    if (signal !== undefined)
      unawaited(
        rethrow,
        once(signal, 'abort').then(() => void (isOpen || this.#link.destroy())),
      );
    const prepared = this.#untilItWorks(() => this.#prepare());
    const fresh = await inTime(this.#link, prepared, this.#options.startMs, () => this.#reason);
    for (;;) {
      try {
        await this.#untilItWorks(() => this.#membership.join());
        await this.#untilItWorks(() => this.#membership.becomeActive());
        const opened = await this.#recover(fresh);
        isOpen = true;
        return opened;
      } catch (error) {
        if (!(error instanceof Fenced)) throw error;
        log('warn', { store: place, reason: error.message }, FENCED);
      }
    }
  }

  /** Returns whether the schema was created. A node that could not read the store finds out now, and not when it is to serve. */
  async #prepare(): Promise<boolean> {
    const { requireSync, address, place, log, key } = this.#options;
    this.#master ??= key?.();
    const session = await this.#link.session();
    const problems = await durabilityProblems(session);
    if (requireSync) refuseProblems(problems);
    const fresh = await openSchema(session, address.schema, this.#master && newDataKey(FIRST_KEY, this.#master));
    openDataKeys(await readSealedKeys(session), this.#master, place);
    for (const problem of problems) log('warn', { store: place }, problem);
    return fresh;
  }

  /** Reads over the session that is for reading: the other one beats. */
  async #recover(fresh: boolean): Promise<Opened> {
    const [link, membership, told] = [this.#link, this.#membership, this.#told];
    const { clock, place } = this.#options;
    const lost = Promise.withResolvers<never>();
    unawaited(() => undefined, lost.promise);
    told.fenced = (reason) => lost.reject(new Fenced(reason));
    const chain = new Chain(link, membership, clock, told);
    const read = async (): Promise<Opened> => {
      const keys = this.#dataKeys(await link.read(readSealedKeys));
      const seal = sealBy(keys);
      const recovered = await link.read((session) => readState(session, fresh, seal, damagedIn(place)));
      return { link, membership, chain, recovered, keys, seal, told };
    };
    try {
      return await Promise.race([this.#untilItWorks(read), lost.promise]);
    } catch (error) {
      chain.stop();
      throw error;
    }
  }

  /** The store may have been sealed with another key while this node waited: that is where the one before was, if somebody put it there. */
  #dataKeys(rows: readonly SealedKey[]): DataKeys | undefined {
    const { key, place } = this.#options;
    try {
      return openDataKeys(rows, this.#master, place);
    } catch {
      return openDataKeys(rows, key?.(), place);
    }
  }

  /** A session that breaks, and what a server says while it stops and starts, is no end of it. */
  async #untilItWorks<Value>(step: () => Promise<Value>): Promise<Value> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (error instanceof StoreError || error instanceof Fenced || !isPassing(error)) throw error;
        this.#told.trouble((error as Error).message);
        await this.#link.pause(PAUSE);
      }
    }
  }
}
