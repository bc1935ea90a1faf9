import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import type { ConfigError } from '../../../../src/config/config-error.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** A folder such as /etc/rabbitmq; a name may have folders before it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function load(config: string | undefined, env: NodeJS.ProcessEnv = {}): { config: Config; notices: string[] } {
  const notices: string[] = [];
  return { config: loadConfig({ config }, env, ({ text }) => notices.push(text)), notices };
}

function problems(config: string | undefined, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    load(config, env);
  } catch (error) {
    return (error as ConfigError).problems.map(({ text }) => text);
  }
  throw new Error('was accepted');
}

describe("the files of RabbitMQ's configuration", () => {
  it('are those of a folder: rabbitmq.conf, then conf.d in the order of its names, then advanced.config', () => {
    const folder = folderWith({
      'rabbitmq.conf': 'heartbeat = 1\nframe_max = 5001\nchannel_max = 11\nconnection_max = 21',
      'conf.d/20-b.conf': 'heartbeat = 3\nframe_max = 5003',
      'conf.d/10-a.conf': 'heartbeat = 2\nframe_max = 5002\nchannel_max = 12',
      'conf.d/30-c.conf.bak': 'heartbeat = 4',
      'advanced.config': '[{rabbit, [{heartbeat, 5}]}].',
      enabled_plugins: '[rabbitmq_management,rabbitmq_mqtt].',
    });
    const { config, notices } = load(folder);
    expect(config).toMatchObject({ heartbeat: 5, frameMax: 5003, channelMax: 12, maxConnections: 21 });
    expect(notices).toEqual([`${join(folder, 'enabled_plugins')}: the plugin rabbitmq_mqtt has no counterpart here`]);
  });

  it('may all be missing from a folder, or the classic rabbitmq.config be the only one', () => {
    expect(load(folderWith({})).config.heartbeat).toBe(60);
    expect(load(folderWith({ 'rabbitmq.config': '[{rabbit,[{heartbeat,7}]}].' })).config.heartbeat).toBe(7);
  });

  it('are each what --config names, like JSON, whatever the name', () => {
    const folder = folderWith({
      'my.conf': 'heartbeat = 7',
      settings: '{ "heartbeat": 8 }',
      terms: '[{rabbit,[{heartbeat,9}]}].',
    });
    expect(load(join(folder, 'my.conf')).config.heartbeat).toBe(7);
    expect(load(join(folder, 'settings')).config.heartbeat).toBe(8);
    expect(load(join(folder, 'terms')).config.heartbeat).toBe(9);
  });

  it("are what RabbitMQ's variables name, with or without their extension, in place of the folder's", () => {
    const folder = folderWith({
      'rabbitmq.conf': 'heartbeat = 1\nframe_max = 5001',
      'custom.conf': 'heartbeat = 2',
      'more/a.conf': 'channel_max = 12',
      'special.config': '[{rabbit,[{connection_max, 22}]}].',
    });
    const env = {
      RABBITMQ_CONFIG_FILE: join(folder, 'custom'),
      RABBITMQ_CONFIG_FILES: join(folder, 'more/*.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'special'),
    };
    const expected = { heartbeat: 2, frameMax: 131072, channelMax: 12, maxConnections: 22 };
    expect(load(folder, env).config).toMatchObject(expected);
    expect(load(undefined, env).config).toMatchObject(expected);
  });

  it('have to be there if they are named, and all that is wrong in them is told at once', () => {
    expect(problems('/nowhere/rabbitmq.conf')).toEqual([
      expect.stringContaining('config file /nowhere/rabbitmq.conf: ENOENT'),
    ]);
    expect(problems(undefined, { RABBITMQ_CONFIG_FILE: '/nowhere/a' })).toEqual([
      expect.stringContaining('config file /nowhere/a: ENOENT'),
    ]);
    const folder = folderWith({ 'rabbitmq.conf': 'heartbeat', 'conf.d/a.conf': 'heartbeat = x' });
    expect(problems(folder)).toEqual([
      `${join(folder, 'rabbitmq.conf')}:1: is neither "key = value" nor a comment`,
      expect.stringContaining(`${join(folder, 'conf.d/a.conf')}:1: heartbeat must be an integer`),
    ]);
  });

  it('include rabbitmq-env.conf, whose assignments are variables that are set unless they are already', () => {
    const folder = folderWith({
      'rabbitmq-env.conf':
        '# shell\nNODE_PORT=5673 # why\nexport RABBITMQ_NODE_IP_ADDRESS="127.0.0.1"\nDEFAULT_USER=\'a b\'\nif x; then\n',
      'other.conf': 'NODE_PORT=5674',
    });
    const { config, notices } = load(folder, { RABBITMQ_DEFAULT_USER: 'ann' });
    expect(config).toMatchObject({ port: 5673, host: '127.0.0.1', defaultUser: 'ann' });
    expect(notices).toEqual([
      `${join(folder, 'rabbitmq-env.conf')}:5: only NAME=value is read here: this line has no effect`,
    ]);
    expect(load(folder, { RABBITMQ_CONF_ENV_FILE: join(folder, 'other.conf') }).config.port).toBe(5674);
    expect(problems(folder, { RABBITMQ_CONF_ENV_FILE: '/nowhere' })).toEqual([
      expect.stringContaining('config file /nowhere: ENOENT'),
    ]);
  });
});
