/** The rows of the table of options about how clients say who they are. */
import { CERT_LOGIN_FROM, type LoginConfig, MECHANISMS, SAN_TYPES } from './login-config.ts';
import type { OptionRows } from './option.ts';
import { choice, integer, words } from './option-types.ts';

export const LOGIN_ROWS: OptionRows<keyof LoginConfig> = {
  authMechanisms: {
    flag: '--auth-mechanisms',
    env: 'LEVERET_AUTH_MECHANISMS',
    type: words(MECHANISMS, 'names'),
    default: Object.freeze(['AMQPLAIN', 'PLAIN'] as const),
    unit: '',
    description: 'How clients may say who they are; EXTERNAL is by the certificate that they show',
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
