import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkNode } from '../../../src/embed/assemble.ts';
import { Broker, ConfigError, ListenError, StoreError } from '../../../src/index.ts';

const ignore = () => undefined;

test.each([
  [5672, 'the options must be an object such as { port: 5672 }, not 5672'],
  ['amqp://', "the options must be an object such as { port: 5672 }, not 'amqp://'"],
  [null, 'the options must be an object such as { port: 5672 }, not null'],
  [[], 'the options must be an object such as { port: 5672 }, not []'],
  [{ prot: 5672 }, 'unknown key "prot", did you mean "port"?'],
  [{ loger: {} }, 'unknown key "loger", did you mean "logger"?'],
  [{ unref: 'yes' }, "unref must be true or false, not 'yes'"],
  [{ logger: {} }, 'logger must have the methods debug, info, warn, error: it has no debug, info, warn, error'],
  [
    { logger: { debug: ignore, info: ignore, error: ignore } },
    'logger must have the methods debug, info, warn, error: it has no warn',
  ],
  [{ logger: null }, 'logger must have the methods debug, info, warn, error: it has no debug, info, warn, error'],
])('Broker.start(%j) gets one clear line', async (options, text) => {
  const started = Broker.start(options as never);
  await expect(started).rejects.toThrow(new ConfigError([{ source: 'options', text }]));
});

test('a port that is taken is told as the command tells it, with the code of the system', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const error = (await Broker.start({ port }).catch((reason: unknown) => reason)) as ListenError;
  expect(error).toBeInstanceOf(ListenError);
  expect(error.message).toBe(
    `port ${port} is taken, by another program or another broker of this one: stop that, or choose another`,
  );
  expect(error).toMatchObject({ code: 'EADDRINUSE', option: 'port' });
});

test.each([
  ['20.20.2', false, 'Node.js 20.20.2 is too old: Leveret needs 22.14 or newer.'],
  ['22.13.1', true, 'Node.js 22.13.1 is too old for a data folder: Leveret needs 22.14 or newer.'],
])('Node %s (with a data folder: %s) is told to be too old', (version, withDataFolder, text) => {
  expect(() => checkNode(version, withDataFolder)).toThrow(new StoreError(text));
});

test.each([
  ['22.12.0', false],
  ['22.14.0', true],
  ['24.0.0', true],
])('Node %s (with a data folder: %s) will do', (version, withDataFolder) => {
  expect(() => checkNode(version, withDataFolder)).not.toThrow();
});
