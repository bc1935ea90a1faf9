/** The daemon: starts a broker, says so in the log, and stops it when the system asks. */
import type { RequestListener } from 'node:http';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { hasTls } from '../config/tls-config.ts';
import type { ConfigNotice } from '../config/merge-sources.ts';
import type { BrokerOptions } from '../embed/options.ts';
import { bracketed } from '../util/ip-address.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';
import { Application, type RunningBroker } from './application.ts';
import { EXIT } from './exit-codes.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { leveretVersion } from '../util/version.ts';

export interface DaemonParts {
  readonly logger: Logger;
  /** What the log is to say of the settings. */
  readonly notices: readonly ConfigNotice[];
  readonly startBroker: (
    options: BrokerOptions,
    process: { readonly daemon: RequestListener; readonly signal: AbortSignal },
  ) => Promise<RunningBroker>;
  /** The process, or something that sends signals like it. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>;
  /** Called, once, when the broker serves and all is loaded that each start needs. */
  readonly onLoaded: () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** A clock in milliseconds that only goes forward. */
  readonly now: () => number;
}

/** SIGHUP: the terminal that it runs in is closed; or, if there is TLS, its files are to be read again. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type StopSignal = (typeof STOP_SIGNALS)[number];
/** What a shell reports of a process that a signal ended. */
const SIGNAL_EXIT = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** Ctrl-C under `npm start` comes twice, from the terminal and from npm. What comes this soon, in milliseconds, is the same wish. */
const SAME_SIGNAL_WITHIN = 500;

/** RabbitMQ's last line of a start, to the letter: Testcontainers and start scripts wait for it. */
const STARTUP_COMPLETE = 'Server startup complete; 4 plugins started.';

/**
 * Runs until a signal; resolves with the exit code when the broker has stopped. A second signal ends the process at once.
 * @throws what Broker.start throws
 */
export async function runDaemon(config: Config, parts: DaemonParts): Promise<number> {
  const { pidFile, ...brokerConfig } = config;
  const { logger, notices, startBroker, onLoaded, signals, exit, now } = parts;
  /** By a signal, or by `rabbitmqctl stop`; or why the broker has ended by itself. */
  const stopRequest = Promise.withResolvers<StopSignal | 'command' | Error>();
  const start = async (daemon: RequestListener): Promise<RunningBroker> => {
    const begin = now();
    const { port = 'none' } = config;
    const broker = await startBroker({ ...brokerConfig, port, logger }, { daemon, signal: impatience.signal });
    logStarted(config, broker, now() - begin, logger);
    // Another node has the store. This one waits for its turn again.
    const again = (): void => unawaited((error) => stopRequest.resolve(error as Error), application.startAnew());
    unawaited(again, broker.closed);
    return broker;
  };
  /** Ends the wait of a broker whose store another node has. */
  const impatience = new AbortController();
  const application = new Application(config, logger, start, () => {
    stopRequest.resolve('command');
    impatience.abort();
  });
  let signalledAt: number | undefined;
  const onSignal = (signal: StopSignal) => {
    if (signal === 'SIGHUP' && hasTls(config)) return application.renewCertificates();
    signalledAt ??= now();
    if (now() - signalledAt > SAME_SIGNAL_WITHIN) exit(SIGNAL_EXIT[signal]);
    stopRequest.resolve(signal);
    impatience.abort();
  };
  for (const signal of STOP_SIGNALS) signals.on(signal, onSignal);
  try {
    logger.info({ version: leveretVersion(), node: process.versions.node, pid: process.pid }, 'Leveret is starting');
    for (const { level, text } of notices) logger[level]({}, text);
    if (pidFile !== undefined) writePidFile(pidFile, logger);
    try {
      const { loaded } = await application.start();
      unawaited((error) => stopRequest.resolve(error as Error), loaded.then(onLoaded));
    } catch (error) {
      if (!impatience.signal.aborted) throw error;
    }

    const by = await stopRequest.promise;
    if (by instanceof Error && !impatience.signal.aborted) {
      // What went wrong at its end comes of that.
      await application.end().catch(() => undefined);
      throw by;
    }
    logger.info({ by }, 'stopping');
    await application.end();
    logger.info({}, 'stopped');
    return EXIT.ok;
  } finally {
    if (pidFile !== undefined) removePidFile(pidFile);
    for (const signal of STOP_SIGNALS) signals.off(signal, onSignal);
  }
}

function logStarted(config: Config, { port, tlsPort }: RunningBroker, milliseconds: number, logger: Logger): void {
  const { host, dataDir, tlsHost = host } = config;
  if (config.store !== undefined) logger.info({}, 'durable state is in the database');
  else if (dataDir === undefined) logger.info({}, 'nothing is written to disk: messages are gone at the stop');
  else logger.info({ dataDir: resolve(dataDir) }, 'durable state is on disk');
  // RabbitMQ's words.
  if (config.port !== undefined) logger.info({ host, port }, `started TCP listener on ${placeOf(host, port)}`);
  if (tlsPort !== undefined) {
    logger.info({ host: tlsHost, port: tlsPort }, `started TLS (SSL) listener on ${placeOf(tlsHost, tlsPort)}`);
  }
  if (config.unixSocket !== undefined)
    logger.info({ path: config.unixSocket }, `started listener on unix:${config.unixSocket}`);
  // Here too, and the last line is the one that says all is ready.
  logger.info({}, `Time to start RabbitMQ: ${Math.round(milliseconds)} ms`);
  logger.info({}, STARTUP_COMPLETE);
}

function placeOf(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}
