import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import type { ConfigError } from '../../../../src/config/config-error.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { temporaryFile } from '../../../support/temporary-folder.ts';

function config(text: string, name = 'rabbitmq.conf'): Config {
  return loadConfig({ config: temporaryFile(name, text) }, {});
}

function problems(text: string): string[] {
  try {
    config(text);
  } catch (error) {
    return (error as ConfigError).problems.map((problem) => problem.text.replace(/^.*rabbitmq\.conf:/, ''));
  }
  throw new Error('was accepted');
}

const FILES = ['cacert', 'cert', 'key'].map((name) => `ssl_options.${name}file = /${name}.pem`).join('\n');

describe('the keys of TLS in rabbitmq.conf', () => {
  it.each<[string, Partial<Config>]>([
    [
      `listeners.ssl.default = 5671\n${FILES}`,
      {
        tlsPort: 5671,
        tlsCert: ['/cert.pem'],
        tlsKey: ['/key.pem'],
        tlsCa: ['/cacert.pem'],
        tlsVerify: 'none',
        port: 5672,
      },
    ],
    [`listeners.tcp = none\nlisteners.ssl.1 = 127.0.0.1:5671\n${FILES}`, { port: undefined, tlsHost: '127.0.0.1' }],
    ['listeners.ssl = none', { tlsPort: undefined }],
    ['ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = true', { tlsVerify: 'required' }],
    ['ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = false', { tlsVerify: 'optional' }],
    ['ssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false', { tlsVerify: 'none' }],
    [
      `ssl_options.depth = 2\nmanagement.ssl.depth = 0\n${FILES}`,
      { tlsDepth: 2, managementTlsDepth: 0, prometheusTlsDepth: Infinity },
    ],
    ['ssl_options.password = t0p', { tlsKeyPassword: 't0p' }],
    ['ssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.1', { tlsVersions: ['tlsv1.3'] }],
    ['ssl_options.ciphers.1 = A\nssl_options.ciphers.2 = B', { tlsCiphers: ['A', 'B'] }],
    ['ssl_handshake_timeout = 7000', { tlsHandshakeTimeout: 7000 }],
    // TLS alone turns the plain listener off.
    [
      `management.ssl.port = 443\nmanagement.ssl.certfile = /m.pem\nmanagement.ssl.keyfile = /m.key\n${FILES}`,
      {
        managementPort: undefined,
        managementTlsPort: 443,
        managementTlsCert: ['/m.pem'],
        managementTlsKey: ['/m.key'],
      },
    ],
    [
      `management.tcp.port = 80\nmanagement.ssl.port = 443\n${FILES}`,
      { managementPort: 80, managementTlsPort: 443, managementTlsCert: [] },
    ],
    [
      `management.listener.port = 443\nmanagement.listener.ssl = true\nmanagement.listener.ssl_opts.certfile = /m.pem
management.listener.ssl_opts.keyfile = /m.key`,
      {
        managementPort: undefined,
        managementTlsPort: 443,
        managementTlsCert: ['/m.pem'],
        managementTlsKey: ['/m.key'],
      },
    ],
    [
      `prometheus.ssl.certfile = /p.pem\nprometheus.ssl.keyfile = /p.key\nprometheus.ssl.ip = ::1`,
      { prometheusPort: undefined, prometheusTlsPort: 15691, prometheusTlsHost: '::1' },
    ],
  ])('%j set what they say', (text, expected) => {
    expect(config(text)).toMatchObject(expected);
  });

  it('mean the same in the classic form', () => {
    const text = `[{rabbit, [{tcp_listeners, []}, {ssl_listeners, [5671]}, {ssl_options, [{certfile, "/c.pem"}, {keyfile, "/k.pem"},
      {cacertfile, "/ca.pem"}, {verify, verify_peer}, {fail_if_no_peer_cert, true}, {versions, ['tlsv1.2']}]}]}].`;
    expect(config(text, 'rabbitmq.config')).toMatchObject({
      port: undefined,
      tlsPort: 5671,
      tlsCert: ['/c.pem'],
      tlsVerify: 'required',
      tlsVersions: ['tlsv1.2'],
    });
  });

  it('are refused if they are wrong, or do not fit together', () => {
    expect(problems('ssl_options.verify = yes')).toEqual(['1: ssl_options.verify: must be verify_none or verify_peer']);
    expect(problems('ssl_options.fail_if_no_peer_cert = true')).toEqual([
      '1: ssl_options.fail_if_no_peer_cert: needs verify = verify_peer: no certificate is asked for without it',
    ]);
    expect(problems('ssl_options.versions.1 = sslv3')).toEqual([
      '1: ssl_options.versions.1: must be one of tlsv1.2, tlsv1.3, as no other is left',
    ]);
    expect(problems('listeners.ssl.default = 5671')).toEqual(['tlsPort needs a certificate: tlsCert and tlsKey']);
    expect(problems('listeners.ssl.default = 5671\nssl_options.certfile = /c.pem')).toEqual([
      'each certificate needs its key: tlsPort has 1 of the one and 0 of the other',
    ]);
    expect(
      problems(
        'listeners.ssl.default = 5671\nssl_options.certfile = /c.pem\nssl_options.keyfile = /k\nssl_options.verify = verify_peer',
      ),
    ).toEqual([`tlsVerify "optional" needs tlsCa: who may have signed the clients' certificates`]);
  });
});
