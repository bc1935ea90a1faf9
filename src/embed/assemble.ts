/** How a broker is put together: the one place that knows all of its parts. */
import type { RequestListener } from 'node:http';
import { AuthBackends } from '../backends/auth-backends.ts';
import { UserPasswords } from '../broker/access/user-passwords.ts';
import { ChangeError } from '../broker/arguments/change-error.ts';
import { BrokerNode } from '../broker/topology/broker-node.ts';
import { type Config, MEMORY_SHARE } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { hasTls } from '../config/tls-config.ts';
import { VersionRules } from '../config/profile.ts';
import { type BrokerContext, brokerContext } from '../connection/broker-context.ts';
import { StoreError } from '../store/store.ts';
import type { Tls } from '../tls/tls.ts';
import { availableMemory } from '../util/available-memory.ts';
import { AuditLog } from '../util/audit-log.ts';
import type { Clocks } from '../util/clock.ts';
import type { DiskSpace } from '../util/disk-space.ts';
import { type Fault, guardedClock } from '../util/guard.ts';
import { createLogger, type Logger } from '../util/logger.ts';
import { nodeName } from '../util/node-name.ts';
import { systemClocks } from '../util/system.ts';
import { prepare, readDefinitions } from './definitions.ts';
import { reportDiscarded } from './discarded.ts';
import { watchDisk } from './disk-alarm.ts';
import { Ending } from './ending.ts';
import { Listeners } from './listeners.ts';
import { openStore, type StoreOpener } from './open-store.ts';
import { type BrokerOptions, resolveOptions } from './options.ts';
import { requestsOfProgram } from './process-requests.ts';
import { noticesTo } from './queue-notices.ts';
import { Standby } from './standby.ts';
import { reportTo } from './unreadable.ts';

/** What a broker is given beside its options, by whoever has it run. */
export interface Surroundings {
  /** What answers commands that start and stop the broker, in a process that is for it alone: the daemon. */
  readonly daemon?: RequestListener;
  /** True: it listens on nothing but the socket in its data folder. False by default. */
  readonly onlyForCommands?: boolean;
  /** The system's by default. */
  readonly clocks?: Clocks;
  /** The store that the config asks for, by default. */
  readonly openStore?: StoreOpener;
  /** Has a broker that waits for its store wait no more: its start rejects. */
  readonly signal?: AbortSignal;
}

export interface BrokerParts {
  readonly config: Config;
  readonly node: BrokerNode;
  readonly context: BrokerContext;
  readonly listeners: Listeners;
  /** Closes all connections with 320, stores what there is to store, and frees ports and folder. */
  readonly ending: Ending;
  /** Resolves when all is loaded that each start needs: soon after clients can connect. */
  readonly loaded: Promise<void>;
}

/** Resolves when clients can connect. Throws what `Broker.start` throws. */
export async function assemble(options: BrokerOptions, surroundings: Surroundings = {}): Promise<BrokerParts> {
  const config = resolveOptions(options);
  checkNode(process.versions.node, config.dataDir !== undefined && config.store === undefined);
  const { unref } = options;
  const log = options.logger ?? (await createLogger(config.logLevel, config.logFormat));
  const definitions = await readDefinitions(options.definitions ?? config.definitions);
  const open = surroundings.openStore ?? openStore;
  const { clocks = systemClocks } = surroundings;
  const name = config.nodeName ?? nodeName();
  // A node that waits finds out now, and not when it is to serve.
  const tls = await readTls(config, log, clocks);
  const standby = new Standby({ config, node: name, log, daemon: surroundings.daemon, tls });
  const request = { config, log, unref, signal: surroundings.signal, onWaiting: standby.waitFor };
  const opened = open(request).finally(() => standby.stop());
  const {
    store,
    scratch,
    answering,
    otherNodes,
    loaded = Promise.resolve(),
  } = await opened.catch((error: unknown) => {
    tls?.stop();
    throw error;
  });
  const node = new BrokerNode(store, memoryBudget(config), scratch, clocks);
  let disk: DiskSpace | undefined;
  let audit: AuditLog | undefined;
  try {
    node.name = name;
    node.rules = new VersionRules(config.profile, config.permitFeatures, config.denyFeatures);
    node.passwords = userPasswords(config, node);
    const backends = new AuthBackends(config, node, log);
    node.backends = await backends.pairs();
    reportToLog(node, log);
    await prepare(node, definitions, config, log);
    disk = watchDisk(config, node, log);
    audit = openAudit(config, node, log);
    const context = brokerContext({ node, config, log, audit, unref });
    // What asks for its end comes by a listener, and none listens before the broker is there.
    const others = surroundings.daemon ?? requestsOfProgram(() => ending.stop(), log);
    const requests = answering?.(others, audit) ?? others;
    const listeners = new Listeners({ broker: context, tls, process: requests, disk, otherNodes });
    const ending = new Ending(async () => {
      disk?.stop();
      await listeners.stop();
      backends.close();
      await audit?.close();
      node.stop();
      await store.close();
      scratch?.close();
    });
    await listeners.start(surroundings.onlyForCommands);
    store.onFenced((reason) => {
      log.error({ reason }, FENCED);
      ending.fail(new StoreError(`This broker has its store no more, and has ended: ${reason}.`));
    });
    return { config, node, context, listeners, ending, loaded };
  } catch (error) {
    tls?.stop();
    disk?.stop();
    await audit?.close();
    node.stop();
    await store.close();
    scratch?.close();
    throw error;
  }
}

const FENCED = 'this broker has its store no more: it closes its connections and ends';

const DANGLING =
  'a stored binding is removed, as its source or its destination is not there; declare and bind them again if it is wanted';

const internalErrorTo =
  (log: Logger): Fault =>
  (error) =>
    log.error({ err: error }, 'internal error');

function reportToLog(node: BrokerNode, log: Logger): void {
  node.fault = internalErrorTo(log);
  node.unreadable = reportTo(log);
  node.discarded = reportDiscarded(log);
  node.dangling = ({ arguments: _, ...binding }) => log.warn(binding, DANGLING);
  node.notice = noticesTo(log);
}

/** Throws ConfigError for a pattern that is no regular expression. */
function userPasswords({ dataDir, passwordHashing, ...config }: Config, { chance }: BrokerNode): UserPasswords {
  // Nobody steals a file that is not there, and tests start brokers by the thousand.
  const byStore = dataDir === undefined ? 'sha256' : 'scrypt';
  try {
    const rules = { ...config, passwordHashing: passwordHashing === 'auto' ? byStore : passwordHashing };
    return new UserPasswords(rules, chance);
  } catch (error) {
    if (!(error instanceof ChangeError)) throw error;
    throw new ConfigError([{ source: 'options', text: `passwordPattern is invalid: ${error.message}` }]);
  }
}

/** Throws ConfigError for a file that cannot be written: what is to be told somewhere is not to go untold. */
function openAudit({ auditLog }: Config, { clock }: BrokerNode, log: Logger): AuditLog | undefined {
  if (auditLog === undefined) return undefined;
  try {
    return new AuditLog(auditLog, clock, (error) => log.error({ err: error }, 'the audit log cannot be written'));
  } catch (error) {
    throw new ConfigError([{ source: 'options', text: `auditLog: ${(error as Error).message}` }]);
  }
}

/** TLS is loaded only if it is used. */
async function readTls(config: Config, log: Logger, { connections }: Clocks): Promise<Tls | undefined> {
  if (!hasTls(config)) return undefined;
  const [{ Tls }, { TlsError }] = await Promise.all([import('../tls/tls.ts'), import('../tls/tls-error.ts')]);
  try {
    return new Tls(config, log, guardedClock(connections, internalErrorTo(log)));
  } catch (error) {
    if (error instanceof TlsError) throw new ConfigError([{ source: 'options', text: error.message }]);
    throw error;
  }
}

/** Throws StoreError. In an older Node much is not there, and better-sqlite3 would end the process without a word. */
export function checkNode(version: string, withDataFolder: boolean): void {
  const [major, minor] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && (minor >= 14 || !withDataFolder))) return;
  const what = major === 22 ? ' for a data folder' : '';
  throw new StoreError(`Node.js ${version} is too old${what}: Leveret needs 22.14 or newer.`);
}

function memoryBudget({ memoryBudget: budget }: Config): number {
  return budget === 'auto' ? Math.floor(availableMemory() * MEMORY_SHARE) : budget;
}
