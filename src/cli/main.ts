/**
 * The `leveret` command: a script that runs what its arguments ask for.
 * What neither a start nor a health check needs (commander) is loaded only when asked for, because start-up time is a feature.
 */
import { libraryOptions, loadConfig } from '../config/load.ts';
import type { ConfigNotice } from '../config/merge-sources.ts';
import { createLogger } from '../util/logger.ts';
import { keepHeapSmall } from '../util/heap-growth.ts';
import { collectGarbageWhenIdle } from '../util/idle-garbage.ts';
import { inlineMessagePath } from '../util/inlining.ts';
import { systemClock } from '../util/system.ts';
import type { Invocation } from './arguments.ts';
import { describeFailure } from './failure.ts';
import { operate } from './operate.ts';
import { DEFAULT_PING_TIMEOUT } from './own-commands.ts';
import { ping, reachableHost } from './ping.ts';
import { plainOptions } from './plain-arguments.ts';

try {
  // By exit and not by exitCode: whatever a stopped broker still holds must not keep the process.
  process.exit(await run(process.argv.slice(2)));
} catch (error) {
  const { lines, exitCode } = describeFailure(error);
  process.stderr.write(lines.map((line) => `leveret: ${line}\n`).join(''));
  process.exit(exitCode);
}

async function run(argv: readonly string[]): Promise<number> {
  const ended = await operate(argv);
  if (ended !== undefined) return ended;
  const invocation = await parse(argv);
  switch (invocation.command) {
    case 'print':
      process.stdout.write(invocation.text);
      return 0;
    case 'ping': {
      const { host, port, tlsHost = host, tlsPort } = loadConfig(invocation.values, process.env);
      const place =
        port === undefined ? { host: tlsHost, port: tlsPort!, secure: true } : { host, port, secure: false };
      await ping({ ...place, host: reachableHost(place.host), timeout: invocation.timeout });
      return 0;
    }
    case 'test': {
      const { runTestBroker } = await import('./test-command.ts');
      const parts = { write: (text: string) => process.stdout.write(text), signals: process, input: process.stdin };
      return runTestBroker(libraryOptions(invocation.values), invocation, parts);
    }
    case 'store': {
      const { runStoreCommand } = await import('./store-commands.ts');
      const config = loadConfig(invocation.values, process.env);
      const { text, exitCode } = await runStoreCommand(config, invocation.action, (line) => process.stderr.write(line));
      process.stdout.write(text);
      return exitCode;
    }
    case 'start': {
      const notices: ConfigNotice[] = [];
      const config = loadConfig(invocation.values, process.env, (notice) => notices.push(notice));
      const [{ runDaemon }, { Broker }, logger] = await Promise.all([
        import('./daemon.ts'),
        import('../embed/broker.ts'),
        createLogger(config.logLevel, config.logFormat),
      ]);
      collectGarbageWhenIdle();
      return runDaemon(config, {
        logger,
        notices,
        startBroker: (...options) => Broker.start(...options),
        // Not before: V8 takes no code that was compiled with other flags, Node's own neither, and would compile all that a start loads.
        onLoaded: () => {
          keepHeapSmall();
          inlineMessagePath();
        },
        signals: process,
        exit: (code) => process.exit(code),
        now: () => systemClock.elapsed(),
      });
    }
  }
}

async function parse(argv: readonly string[]): Promise<Invocation> {
  const words = argv[0] === 'start' ? argv.slice(1) : argv;
  const values = plainOptions(words);
  if (values !== undefined) return { command: 'start', values };
  // A health check, every few seconds: it needs no grammar.
  if (argv.join() === 'ping') return { command: 'ping', values: {}, timeout: DEFAULT_PING_TIMEOUT };
  const { parseArguments } = await import('./arguments.ts');
  return parseArguments(words);
}
