/**
 * Which store a broker has. An engine that is added is known here and nowhere else:
 *
 * - `src/store/<engine>/` has a `Store` (store/store.ts says what one promises), of the parts in store/engine; nothing outside it knows the engine;
 * - `openStore` picks it by the config, imports it only then, and waits until it is open: as long as a connection takes, or until the node that
 *   has the store is gone. No listener is open meanwhile;
 * - the config's options are in config/options.ts; an engine on a server still has a data folder for what no restart needs (`Scratch`), and for
 *   the socket of the commands;
 * - test/contract/store.contract.ts is run against it, and the tests of test/model and test/interop by `Surroundings.openStore`.
 */
import { mkdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import type { Config } from '../config/config.ts';
import type { EngineStore } from '../store/engine/engine-store.ts';
import { NullStore } from '../store/null-store.ts';
import type { OtherNodes } from '../store/other-nodes.ts';
import { Scratch } from '../store/scratch.ts';
import { readMasterKey } from '../store/sealing/master-key.ts';
import { type Store, StoreError } from '../store/store.ts';
import type { AuditLog } from '../util/audit-log.ts';
import type { Logger } from '../util/logger.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Where messages go that memory has no room for and the store does not have; undefined: they stay in memory. */
  readonly scratch: Scratch | undefined;
  /** Resolves when a thread of the store's has loaded, some time after the broker serves; undefined: there is none. */
  readonly loaded?: Promise<void>;
  /** Undefined if no other node can have the store. */
  readonly otherNodes?: OtherNodes;
  /** Answers what the control socket is asked of this store alone, before who answers all else. */
  readonly answering?: (others: RequestListener, audit: AuditLog | undefined) => RequestListener;
}

export interface StoreRequest {
  readonly config: Config;
  readonly log: Logger;
  /** See BrokerOptions.unref. */
  readonly unref: boolean | undefined;
  /** See SqliteStoreOptions.thread. */
  readonly thread?: boolean;
  /** Ends the waiting for a store: it rejects then. */
  readonly signal?: AbortSignal | undefined;
  /** Told which node has the store, if this one has to wait for it. */
  readonly onWaiting?: (active: string) => void;
}

/** Resolves when the store can be asked what it holds. Rejects with a StoreError that says what to do. */
export type StoreOpener = (request: StoreRequest) => Promise<OpenedStore>;

/**
 * A database, if the config names one, or SQLite in the data folder; without either, nothing is kept. What is not used is not loaded: a broker in
 * memory starts the sooner for it.
 */
export const openStore: StoreOpener = async (request) => {
  const { dataDir: folder, store: url } = request.config;
  if (url !== undefined) return openDatabase(request, url);
  if (folder === undefined) return { store: new NullStore(), scratch: undefined };
  return openFile(request, folder);
};

async function openFile({ config, log, unref, thread }: StoreRequest, folder: string): Promise<OpenedStore> {
  const { SqliteStore } = await import('../store/sqlite/sqlite-store.ts');
  const store = await SqliteStore.open({
    folder,
    key: keyOf(config)?.(),
    unref,
    thread,
    log: (level, fields, message) => log[level](fields, message),
  });
  return { ...(await opened(store, folder, config)), loaded: store.loaded };
}

/** Messages that memory has no room for go to the data folder, or to the system's for temporary files. */
async function openDatabase({ config, log, ...request }: StoreRequest, url: string): Promise<OpenedStore> {
  const { dataDir, nodeName: name, storeRequireSync: requireSync } = config;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { PostgresStore } = await import('../store/postgres/postgres-store.ts');
  const store = await PostgresStore.open({
    ...request,
    url,
    name,
    key: keyOf(config),
    requireSync,
    log: (level, fields, message) => log[level](fields, message),
  });
  return { ...(await opened(store, dataDir ?? tmpdir(), config)), otherNodes: store.otherNodes };
}

/** Reads the key that the store is sealed with; undefined: it is not. */
function keyOf({ storeKey }: Config): (() => Buffer) | undefined {
  return storeKey === undefined ? undefined : () => readMasterKey(storeKey);
}

/** Closes the store if its folder takes no scratch file. */
async function opened(store: EngineStore, folder: string, { storeKey }: Config): Promise<OpenedStore> {
  const { storeKeyRequests } = await import('./store-key-requests.ts');
  try {
    const scratch = new Scratch(folder, storeKey !== undefined);
    return { store, scratch, answering: (...answer) => storeKeyRequests(store, ...answer) };
  } catch (error) {
    await store.close();
    throw new StoreError(`The data folder ${folder} cannot be used: ${(error as Error).message}.`);
  }
}
