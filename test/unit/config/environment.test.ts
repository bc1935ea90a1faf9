import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { temporaryFile } from '../../support/temporary-folder.ts';

const load = (env: NodeJS.ProcessEnv) => loadConfig({}, env);

describe('the environment', () => {
  it("is read under RabbitMQ's names too, so that a docker-compose file keeps working", () => {
    const config = load({
      RABBITMQ_DEFAULT_USER: 'app',
      RABBITMQ_DEFAULT_PASS: 'word',
      RABBITMQ_DEFAULT_VHOST: 'shop',
      RABBITMQ_NODE_PORT: '5673',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    });
    expect(config).toMatchObject({
      defaultUser: 'app',
      defaultPass: 'word',
      defaultVhost: 'shop',
      port: 5673,
      host: '127.0.0.1',
    });
  });

  it("prefers Leveret's own name to RabbitMQ's", () => {
    expect(load({ LEVERET_PORT: '1', RABBITMQ_NODE_PORT: '2' }).port).toBe(1);
  });

  it('takes an empty variable as not set', () => {
    expect(load({ LEVERET_PORT: '', RABBITMQ_NODE_PORT: '2', LEVERET_DEFAULT_USER: '' })).toMatchObject({
      port: 2,
      defaultUser: 'guest',
    });
  });

  it.each(['LEVERET', 'RABBITMQ'])(
    'reads user and password from the files that %s_..._FILE variables name',
    (prefix) => {
      const config = load({
        [`${prefix}_DEFAULT_USER_FILE`]: temporaryFile('user', 'app'),
        [`${prefix}_DEFAULT_PASS_FILE`]: temporaryFile('pass', 'word \n'),
      });
      expect(config).toMatchObject({ defaultUser: 'app', defaultPass: 'word ' });
    },
  );

  it('refuses a secret file that is not there, by the name of its variable', () => {
    expect(() => load({ RABBITMQ_DEFAULT_PASS_FILE: '/nowhere/pass' })).toThrow(
      'RABBITMQ_DEFAULT_PASS_FILE cannot be read: ENOENT',
    );
  });

  it('refuses a secret given both as a value and as a file', () => {
    const path = temporaryFile('pass', 'word');
    expect(() => load({ LEVERET_DEFAULT_PASS: 'other', LEVERET_DEFAULT_PASS_FILE: path })).toThrow(
      'LEVERET_DEFAULT_PASS and LEVERET_DEFAULT_PASS_FILE contradict each other',
    );
  });

  it('ignores the variable that Kubernetes sets for a service named leveret', () => {
    expect(load({ LEVERET_PORT: 'tcp://10.0.0.1:5672' }).port).toBe(5672);
  });
});
