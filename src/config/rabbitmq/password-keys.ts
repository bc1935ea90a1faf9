/** `credential_validator.validation_backend`, and the key that the one that is chosen goes by. */
import type { ConfEntry } from './entry.ts';
import type { Meaning } from './meaning.ts';

/** What RabbitMQ's module asks of a password if nothing else is said. */
const DEFAULT_MIN_LENGTH = '5';

export function readCredentialValidator(entries: readonly ConfEntry[], meaning: Meaning): void {
  const find = (name: string) => entries.find(({ path }) => path[1] === name);
  const backend = find('validation_backend');
  switch (backend?.value) {
    case 'rabbit_credential_validator_min_password_length': {
      const length = find('min_length') ?? { ...backend, value: DEFAULT_MIN_LENGTH };
      meaning.set('passwordMinLength', length, length.value, true);
      break;
    }
    case 'rabbit_credential_validator_password_regexp': {
      const pattern = find('regexp');
      if (pattern === undefined) meaning.refuse(backend, 'needs credential_validator.regexp');
      else meaning.set('passwordPattern', pattern, pattern.value, true);
      break;
    }
    case 'rabbit_credential_validator_accept_everything':
    case undefined:
      break;
    default:
      meaning.refuse(
        backend!,
        'there is no such validator here: it may ask for a min_password_length or match a password_regexp',
      );
  }
}
