/** Names and passwords from SASL responses, whole or not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTable, toFieldTable } from '../../../../src/codec/field-table.ts';
import { readCredentials } from '../../../../src/connection/lifecycle/credentials.ts';

const word = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\0'));

function shown(mechanism: string, response: Buffer): [string, string] | undefined {
  const credentials = readCredentials(mechanism, response);
  return credentials && [credentials.user, credentials.password.toString()];
}

describe('credentials', () => {
  it('are read from PLAIN, with and without an authorization identity', () => {
    fc.assert(
      fc.property(word, word, word, (identity, user, password) => {
        expect(shown('PLAIN', Buffer.from(`${identity}\0${user}\0${password}`))).toEqual([user, password]);
      }),
      { seed: 31 },
    );
  });

  it('are read from AMQPLAIN', () => {
    fc.assert(
      fc.property(word, word, (LOGIN, PASSWORD) => {
        expect(shown('AMQPLAIN', encodeTable(toFieldTable({ other: 1, LOGIN, PASSWORD })))).toEqual([LOGIN, PASSWORD]);
      }),
      { seed: 32 },
    );
  });

  it('keep a password that is no text as it is', () => {
    const password = Buffer.from([0xff, 0xfe, 0x00, 0x01]);
    const response = Buffer.concat([Buffer.from('\0guest\0'), password]);
    expect(readCredentials('PLAIN', response)?.password).toEqual(password);
  });

  it('are none where the response makes no sense or the mechanism is unknown', () => {
    expect(readCredentials('PLAIN', Buffer.from(''))).toBeUndefined();
    expect(readCredentials('PLAIN', Buffer.from('\0guest'))).toBeUndefined();
    expect(readCredentials('AMQPLAIN', encodeTable(toFieldTable({ LOGIN: 'guest' })))).toBeUndefined();
    expect(readCredentials('AMQPLAIN', encodeTable(toFieldTable({ LOGIN: 1, PASSWORD: 2 })))).toBeUndefined();
    expect(readCredentials('EXTERNAL', Buffer.from('\0guest\0guest'))).toBeUndefined();
  });

  it('are read or not from random bytes, without an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom('PLAIN', 'AMQPLAIN', 'X'), fc.uint8Array({ maxLength: 60 }), (mechanism, bytes) => {
        const credentials = readCredentials(mechanism, Buffer.from(bytes));
        if (credentials !== undefined) expect(typeof credentials.user).toBe('string');
      }),
      { seed: 33, numRuns: 1000 },
    );
  });
});
