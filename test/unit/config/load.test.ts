import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { loadConfig, type CommandLineValues } from '../../../src/config/load.ts';
import { defaultConfig } from '../../../src/config/merge-sources.ts';
import { temporaryFile } from '../../support/temporary-folder.ts';

interface Sources {
  readonly commandLine?: CommandLineValues;
  readonly env?: NodeJS.ProcessEnv;
  readonly file?: object | string;
}

function load({ commandLine = {}, env = {}, file = {} }: Sources): Config {
  const path = temporaryFile('settings.json', typeof file === 'string' ? file : JSON.stringify(file));
  return loadConfig(commandLine, { LEVERET_CONFIG: path, ...env });
}

/** The error's lines, the config file's folder left out. */
function problemsOf(sources: Sources): string[] {
  try {
    load(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems.map(({ text }) => text.replace(/\S*[/\\](?=settings\.json)/, ''));
  }
  throw new Error('the settings were accepted');
}

describe('loadConfig', () => {
  it('gives the documented defaults where nothing is set', () => {
    expect(load({})).toEqual(defaultConfig);
    expect(defaultConfig).toMatchObject({
      port: 5672,
      host: '::',
      dataDir: 'leveret-data',
      heartbeat: 60,
      frameMax: 131072,
    });
  });

  it('gives an object that cannot be changed, at any depth', () => {
    const config = load({ env: { LEVERET_LOOPBACK_USERS: 'a,b' } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.loopbackUsers)).toBe(true);
  });

  it('prefers the command line to the environment, that to the config file, and that to the default', () => {
    const file = { port: 1, heartbeat: 1, frameMax: 5001 };
    const env = { LEVERET_PORT: '2', LEVERET_HEARTBEAT: '2' };
    expect(load({ file, env, commandLine: { port: '3' } })).toMatchObject({
      port: 3,
      heartbeat: 2,
      frameMax: 5001,
      channelMax: 2047,
    });
  });

  it('takes none for what is off, from a stronger source too, and same for the address of another', () => {
    const file = { managementPort: 1, prometheusPort: 2, definitions: 'a.json', managementHost: '127.0.0.1' };
    const env = { LEVERET_MANAGEMENT_PORT: 'none', LEVERET_MANAGEMENT_HOST: 'same' };
    expect(load({ file, env, commandLine: { definitions: 'none' } })).toMatchObject({
      managementPort: undefined,
      managementHost: undefined,
      prometheusPort: 2,
      definitions: undefined,
    });
    expect(problemsOf({ env: { LEVERET_PROMETHEUS_PORT: 'off' } })).toEqual([
      'LEVERET_PROMETHEUS_PORT must be an integer from 0 to 65535, or "none", not "off"',
    ]);
  });

  it('reports every wrong input at once, a line each', () => {
    const problems = problemsOf({
      file: { frameMax: 4095, hearbeat: 1 },
      env: { LEVERET_LOG_LEVEL: 'loud' },
      commandLine: { port: '70000' },
    });
    expect(problems).toEqual([
      'config file settings.json: unknown key "hearbeat", did you mean "heartbeat"?',
      'config file settings.json: frameMax must be an integer from 4096 to 134217728 (bytes), not 4095',
      'LEVERET_LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace, not "loud"',
      '--port must be an integer from 0 to 65535, or "none", not "70000"',
    ]);
  });

  it.each(['', ' 1', '1.5', '0x10', '1e3', '-1', '65536', 'port'])('refuses the port %j', (port) => {
    expect(problemsOf({ commandLine: { port } })).toHaveLength(1);
  });

  it('takes pairs as NAME=VALUE', () => {
    const commandLine = { oauthScopeAliases: 'admin=rabbitmq.tag:administrator rabbitmq.read:*/*,a=rabbitmq.x=y' };
    expect(load({ commandLine }).oauthScopeAliases).toEqual([
      'admin=rabbitmq.tag:administrator rabbitmq.read:*/*',
      'a=rabbitmq.x=y',
    ]);
    expect(problemsOf({ commandLine: { oauthScopeAliases: 'admin', oauthSigningKeys: 'key.pem' } })).toEqual([
      '--oauth-signing-keys must be ID=FILE separated by commas (an array in JSON), or "none", not "key.pem"',
      '--oauth-scope-aliases must be NAME=SCOPES separated by commas (an array in JSON), or "none", not "admin"',
    ]);
  });

  it('never repeats a password in an error', () => {
    const [problem] = problemsOf({ env: { LEVERET_DEFAULT_PASS: 'secret\nword' } });
    expect(problem).toContain('LEVERET_DEFAULT_PASS must be text');
    expect(problem).not.toContain('secret');
  });

  it('takes numbers without a limit by the word "unlimited"', () => {
    expect(load({ env: { LEVERET_MAX_CONNECTIONS: 'unlimited' } }).maxConnections).toBe(Infinity);
    expect(load({ file: { maxConnections: 'unlimited' } }).maxConnections).toBe(Infinity);
    expect(load({ env: { LEVERET_MAX_CONNECTIONS: '7' } }).maxConnections).toBe(7);
    expect(problemsOf({ env: { LEVERET_MAX_CONNECTIONS: '0' } })).toHaveLength(1);
  });

  it('takes loopback users separated by commas, as an array, or none', () => {
    expect(load({ commandLine: { loopbackUsers: 'guest, ops' } }).loopbackUsers).toEqual(['guest', 'ops']);
    expect(load({ file: { loopbackUsers: ['ops'] } }).loopbackUsers).toEqual(['ops']);
    expect(load({ env: { LEVERET_LOOPBACK_USERS: 'none' } }).loopbackUsers).toEqual([]);
    expect(problemsOf({ commandLine: { loopbackUsers: 'guest,,ops' } })).toHaveLength(1);
  });
});

describe('the memory option', () => {
  it('leaves the broker without a data folder', () => {
    expect(load({ commandLine: { memory: true } }).dataDir).toBeUndefined();
    expect(load({ env: { LEVERET_MEMORY: 'true' }, file: { dataDir: 'state' } }).dataDir).toBeUndefined();
  });

  it('gives way to a folder that a stronger source names', () => {
    expect(load({ file: { memory: true }, env: { LEVERET_DATA_DIR: 'state' } }).dataDir).toBe('state');
    expect(load({ env: { LEVERET_MEMORY: '1' }, commandLine: { dataDir: 'state' } }).dataDir).toBe('state');
  });

  it('is refused beside a folder from the same source', () => {
    expect(problemsOf({ commandLine: { memory: true, dataDir: 'state' } })).toEqual([
      '--memory and --data-dir contradict each other: use one of them',
    ]);
  });
});

describe('the config file', () => {
  it('is refused by name when it was asked for and is not there', () => {
    expect(() => loadConfig({ config: '/nowhere/leveret.json' }, {})).toThrow(
      'config file /nowhere/leveret.json: ENOENT: no such file',
    );
  });

  it('named on the command line wins over the one named in the environment', () => {
    const config = temporaryFile('other.json', '{"port": 7}');
    expect(load({ commandLine: { config }, file: { port: 8 } }).port).toBe(7);
  });

  it.each(['{"port": 1', '[]', 'null', '"port"'])('is refused when it holds %j', (file) => {
    expect(problemsOf({ file })).toHaveLength(1);
  });

  it('takes values of the right JSON type only', () => {
    expect(problemsOf({ file: { port: '5672', memory: 'true', host: 1 } })).toHaveLength(3);
  });

  it('suggests no name for a key that resembles none', () => {
    expect(problemsOf({ file: { colour: 1 } })).toEqual(['config file settings.json: unknown key "colour"']);
  });

  it('suggests the right key for one in the spelling of the command line', () => {
    const [problem] = problemsOf({ file: { 'data-dir': 'x' } });
    expect(problem).toContain('did you mean "dataDir"?');
  });
});
