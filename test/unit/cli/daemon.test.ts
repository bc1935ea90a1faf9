import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runDaemon } from '../../../src/cli/daemon.ts';
import type { Config } from '../../../src/config/config.ts';
import { defaultConfig } from '../../../src/config/merge-sources.ts';
import type { BrokerOptions } from '../../../src/embed/options.ts';
import { StoreError } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/util/logger.ts';

/** Runs the daemon with a broker that only notes what happens to it. */
function start(config: Partial<Config> = {}, startUp: Promise<void> = Promise.resolve()) {
  const events: string[] = [];
  const signals = new EventEmitter();
  const stopped = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const loaded = Promise.withResolvers<void>();
  const clock = { milliseconds: 0 };
  let options: BrokerOptions | undefined;
  let starts = 0;
  const stop = () => {
    events.push('stop');
    return stopped.promise;
  };
  const exitCode = runDaemon(
    { ...defaultConfig, ...config },
    {
      logger: {
        ...silentLogger,
        info: (fields, message) => events.push(message, ...('port' in fields ? [String(fields.port)] : [])),
      },
      notices: [],
      signals,
      now: () => clock.milliseconds,
      exit: (code) => events.push(`exit ${code}`),
      onLoaded: () => events.push('loaded'),
      startBroker: (given) => {
        options = given;
        const renewCertificates = () => void events.push('renew');
        const first = starts++ === 0;
        return startUp.then(() => ({
          port: 4711,
          tlsPort: config.tlsPort,
          loaded: loaded.promise,
          renewCertificates,
          stop,
          closed: first ? closed.promise : new Promise<void>(() => {}),
        }));
      },
    },
  );
  return { events, signals, stopped, closed, loaded, clock, exitCode, options: () => options };
}

const COMPLETE = 'Server startup complete; 4 plugins started.';

describe('the daemon', () => {
  it('passes its settings and its logger to the broker', async () => {
    const { options, signals, stopped, exitCode } = start({ port: 1234, heartbeat: 7 });
    expect(options()).toMatchObject({ port: 1234, heartbeat: 7, loopbackUsers: ['guest'] });
    expect(options()?.logger).toBeDefined();
    stopped.resolve();
    signals.emit('SIGTERM', 'SIGTERM');
    await exitCode;
  });

  it("says where it listens and ends its start with RabbitMQ's last line", async () => {
    const { events, signals, stopped, exitCode } = start({ dataDir: 'state' });
    stopped.resolve();
    signals.emit('SIGTERM', 'SIGTERM');
    await exitCode;
    const started = events.slice(0, events.indexOf(COMPLETE) + 1);
    expect(started.slice(-4)).toEqual([
      'started TCP listener on [::]:4711',
      '4711',
      'Time to start RabbitMQ: 0 ms',
      COMPLETE,
    ]);
  });

  it('tells once that all is loaded, however often it begins anew', async () => {
    const { events, signals, stopped, closed, loaded, exitCode } = start();
    await vi.waitUntil(() => events.includes(COMPLETE));
    expect(events).not.toContain('loaded');
    loaded.resolve();
    await vi.waitUntil(() => events.includes('loaded'));
    closed.reject(new StoreError('another node has it'));
    await vi.waitUntil(() => events.lastIndexOf(COMPLETE) > events.indexOf('loaded'));
    stopped.resolve();
    signals.emit('SIGTERM', 'SIGTERM');
    await exitCode;
    expect(events.filter((event) => event === 'loaded')).toHaveLength(1);
  });

  it('says where it listens with TLS, and reads its files again on SIGHUP', async () => {
    const { events, signals, stopped, exitCode } = start({ port: undefined, tlsPort: 5671 });
    stopped.resolve();
    await expect.poll(() => events).toContain(COMPLETE);
    expect(events).toContain('started TLS (SSL) listener on [::]:5671');
    expect(events.join()).not.toContain('TCP listener');
    signals.emit('SIGHUP', 'SIGHUP');
    expect(events.at(-1)).toBe('renew');
    signals.emit('SIGTERM', 'SIGTERM');
    await exitCode;
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'stops the broker on %s and ends with 0 when it has stopped',
    async (signal) => {
      const { events, signals, stopped, exitCode } = start();
      signals.emit(signal, signal);
      stopped.resolve();
      expect(await exitCode).toBe(0);
      expect(events.slice(-3)).toEqual(['stopping', 'stop', 'stopped']);
      expect(signals.listenerCount(signal)).toBe(0);
    },
  );

  it('ends at once on a second signal', async () => {
    const { events, signals, stopped, clock, exitCode } = start();
    signals.emit('SIGTERM', 'SIGTERM');
    clock.milliseconds = 501;
    signals.emit('SIGINT', 'SIGINT');
    expect(events).toContain('exit 130');
    stopped.resolve();
    await exitCode;
  });

  it('takes a signal that comes twice in a moment as one, as Ctrl-C does under npm', async () => {
    const { events, signals, stopped, clock, exitCode } = start();
    signals.emit('SIGINT', 'SIGINT');
    clock.milliseconds = 500;
    signals.emit('SIGINT', 'SIGINT');
    stopped.resolve();
    expect(await exitCode).toBe(0);
    expect(events.filter((event) => event.startsWith('exit') || event === 'stop')).toEqual(['stop']);
  });

  it('stops cleanly on a signal that came while the broker was starting', async () => {
    const startUp = Promise.withResolvers<void>();
    const { events, signals, stopped, exitCode } = start({}, startUp.promise);
    signals.emit('SIGTERM', 'SIGTERM');
    startUp.resolve();
    stopped.resolve();
    expect(await exitCode).toBe(0);
    expect(events).toContain('stop');
  });

  it('starts the broker anew when another node has taken its store', async () => {
    const { events, signals, stopped, closed, exitCode } = start();
    await expect.poll(() => events).toContain(COMPLETE);
    closed.reject(new StoreError('another node has the store'));
    await expect.poll(() => events.filter((event) => event === COMPLETE).length).toBeGreaterThan(1);
    signals.emit('SIGTERM', 'SIGTERM');
    stopped.resolve();
    expect(await exitCode).toBe(0);
  });

  it('ends without an error when a start that waits for its store is given up', async () => {
    const startUp = Promise.withResolvers<void>();
    const { events, signals, exitCode } = start({}, startUp.promise);
    signals.emit('SIGTERM', 'SIGTERM');
    startUp.reject(new StoreError('The start was given up.'));
    expect(await exitCode).toBe(0);
    expect(events).toContain('stopped');
  });

  it('leaves a failed start to its caller and listens to signals no longer', async () => {
    const { signals, exitCode } = start({}, Promise.reject(new Error('no')));
    await expect(exitCode).rejects.toThrow('no');
    expect(signals.eventNames()).toEqual([]);
  });

  it('logs the full path of the data folder', async () => {
    const logged: object[] = [];
    const signals = new EventEmitter();
    const exitCode = runDaemon(
      { ...defaultConfig, dataDir: 'state' },
      {
        logger: { ...silentLogger, info: (fields) => logged.push(fields) },
        notices: [],
        signals,
        now: () => 0,
        exit: () => {},
        onLoaded: () => {},
        startBroker: () =>
          Promise.resolve({
            port: 1,
            tlsPort: undefined,
            loaded: Promise.resolve(),
            renewCertificates: () => {},
            stop: () => Promise.resolve(),
            closed: new Promise<void>(() => {}),
          }),
      },
    );
    signals.emit('SIGTERM', 'SIGTERM');
    await exitCode;
    expect(logged).toContainEqual({ dataDir: resolve('state') });
  });
});
