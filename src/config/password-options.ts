/** The rows of the table of options about the passwords of the broker's own users. */
import { PASSWORD_HASHING, type PasswordConfig } from './password-config.ts';
import type { OptionRows } from './option.ts';
import { choice, integer, text, unless } from './option-types.ts';

export const PASSWORD_ROWS: OptionRows<keyof PasswordConfig> = {
  passwordHashing: {
    flag: '--password-hashing',
    env: 'LEVERET_PASSWORD_HASHING',
    type: choice(['auto', ...PASSWORD_HASHING], 'algorithm'),
    default: 'auto',
    unit: '',
    description:
      'How new passwords are hashed: scrypt, or sha256 and sha512 as RabbitMQ; auto is scrypt with a data folder',
    rabbitmq: 'password_hashing_module',
  },
  passwordMinLength: {
    flag: '--password-min-length',
    env: 'LEVERET_PASSWORD_MIN_LENGTH',
    type: integer(1, 1024),
    default: 1,
    unit: 'bytes',
    description: 'Least length of a password that a user is given',
    rabbitmq: 'credential_validator.*',
  },
  passwordPattern: {
    flag: '--password-pattern',
    env: 'LEVERET_PASSWORD_PATTERN',
    type: unless('none', text('pattern')),
    default: undefined,
    unit: '',
    description: 'Regular expression that such a password has to match',
    rabbitmq: 'credential_validator.*',
  },
};
