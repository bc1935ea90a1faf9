import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { temporaryFile } from '../../../support/temporary-folder.ts';

const config = (text: string): Config => loadConfig({ config: temporaryFile('rabbitmq.conf', text) }, {});
const LENGTH = 'credential_validator.validation_backend = rabbit_credential_validator_min_password_length';
const PATTERN = 'credential_validator.validation_backend = rabbit_credential_validator_password_regexp';

describe('the keys about passwords in rabbitmq.conf', () => {
  it.each<[string, Partial<Config>]>([
    ['password_hashing_module = rabbit_password_hashing_sha512', { passwordHashing: 'sha512' }],
    ['password_hashing_module = rabbit_password_hashing_sha256', { passwordHashing: 'sha256' }],
    [`${LENGTH}\ncredential_validator.min_length = 30`, { passwordMinLength: 30, passwordPattern: undefined }],
    [LENGTH, { passwordMinLength: 5 }],
    [`${PATTERN}\ncredential_validator.regexp = ^[a-z]+$`, { passwordMinLength: 1, passwordPattern: '^[a-z]+$' }],
    ['credential_validator.min_length = 30', { passwordMinLength: 1 }],
    [
      'credential_validator.validation_backend = rabbit_credential_validator_accept_everything',
      { passwordMinLength: 1, passwordPattern: undefined },
    ],
  ])('%s', (text, expected) => {
    expect(config(text)).toMatchObject(expected);
  });

  it.each([
    [PATTERN, 'needs credential_validator.regexp'],
    ['credential_validator.validation_backend = my_module', 'there is no such validator here'],
    ['password_hashing_module = rabbit_password_hashing_md5', 'must be one of auto, scrypt, sha256, sha512'],
  ])('%s is refused', (text, reason) => {
    expect(() => config(text)).toThrow(reason);
  });
});
