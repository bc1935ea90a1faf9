/** The rows of the table of options about how clients say who they are, and where they come from. */
import { CERT_LOGIN_FROM, type LoginConfig, MECHANISMS, SAN_TYPES } from './login-config.ts';
import type { OptionRows } from './option.ts';
import { addresses, choice, integer, text, unless, words } from './option-types.ts';

export const LOGIN_ROWS: OptionRows<keyof LoginConfig> = {
  auditLog: {
    flag: '--audit-log',
    env: 'LEVERET_AUDIT_LOG',
    type: unless('none', text('file')),
    default: undefined,
    unit: '',
    description: 'File for a line of JSON about each who comes in, is refused, or changes something; or stdout',
    rabbitmq: '',
  },
  proxyProtocolFrom: {
    flag: '--proxy-protocol-from',
    env: 'LEVERET_PROXY_PROTOCOL_FROM',
    type: addresses(),
    default: Object.freeze([]),
    unit: '',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies that say for whom they connect to AMQP, by the PROXY protocol; all is everywhere',
    rabbitmq: 'proxy_protocol',
  },
  authMechanisms: {
    flag: '--auth-mechanisms',
    env: 'LEVERET_AUTH_MECHANISMS',
    type: words(MECHANISMS, 'names'),
    default: Object.freeze(['AMQPLAIN', 'PLAIN'] as const),
    unit: '',
    description:
      'How clients may say who they are; ANONYMOUS, which a profile from 4.0 on adds, is as the default user, EXTERNAL by the certificate that they show',
    rabbitmq: 'auth_mechanisms.*',
  },
  certLoginFrom: {
    flag: '--cert-login-from',
    env: 'LEVERET_CERT_LOGIN_FROM',
    type: choice(CERT_LOGIN_FROM, 'part'),
    default: 'distinguished_name',
    unit: '',
    description: `What of that certificate is the user's name: ${CERT_LOGIN_FROM.join(', ')}`,
    rabbitmq: 'ssl_cert_login_from',
  },
  certLoginSanType: {
    flag: '--cert-login-san-type',
    env: 'LEVERET_CERT_LOGIN_SAN_TYPE',
    type: choice(SAN_TYPES, 'type'),
    default: 'dns',
    unit: '',
    description: `Which kind of alternative name: ${SAN_TYPES.join(', ')}`,
    rabbitmq: 'ssl_cert_login_san_type',
  },
  certLoginSanIndex: {
    flag: '--cert-login-san-index',
    env: 'LEVERET_CERT_LOGIN_SAN_INDEX',
    type: integer(0, 1000),
    default: 0,
    unit: '',
    description: 'Which of several alternative names of that kind, from 0',
    rabbitmq: 'ssl_cert_login_san_index',
  },
};
