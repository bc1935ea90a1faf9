/** Names and passwords as the SASL mechanisms carry them (AMQP 0-9-1 section 4.10; RabbitMQ: Access Control). */
import { decodeTable } from '../../codec/field-table.ts';
import type { Config } from '../../config/config.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

/** What a client says. */
export interface NameAndPassword {
  readonly user: string;
  readonly password: Buffer;
}

/**
 * Whoever says nothing is the default user, as long as that has the password that it was created with (RabbitMQ: Access Control, "Anonymous
 * Login").
 */
export function anonymous({ defaultUser, defaultPass }: Pick<Config, 'defaultUser' | 'defaultPass'>): NameAndPassword {
  return { user: defaultUser, password: Buffer.from(defaultPass) };
}

/** Undefined if the mechanism is not known, or its response makes no sense. */
export function readCredentials(mechanism: string, response: Buffer): NameAndPassword | undefined {
  switch (mechanism) {
    case 'PLAIN':
      return readPlain(response);
    case 'AMQPLAIN':
      return readAmqplain(response);
    default:
      return undefined;
  }
}

/** Authorization identity, name and password, each after the first with a zero before it. */
function readPlain(response: Buffer): NameAndPassword | undefined {
  const first = response.indexOf(0);
  const second = response.indexOf(0, first + 1);
  if (first < 0 || second < 0) return undefined;
  return { user: response.toString('utf8', first + 1, second), password: response.subarray(second + 1) };
}

/** A field table with LOGIN and PASSWORD. */
function readAmqplain(response: Buffer): NameAndPassword | undefined {
  try {
    const table = decodeTable(response, 0, response.length);
    const login = table.get('LOGIN');
    const password = table.get('PASSWORD');
    if (login?.type !== 'longstr' || password?.type !== 'longstr') return undefined;
    return { user: login.value.toString(), password: Buffer.from(password.value as Uint8Array) };
  } catch (error) {
    if (error instanceof AmqpError) return undefined;
    throw error;
  }
}
