import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockCipher } from '../../../../src/store/sealing/block-cipher.ts';
import { readMasterKey } from '../../../../src/store/sealing/master-key.ts';
import { Keyring, SEAL_BYTES } from '../../../../src/store/sealing/seal.ts';
import { temporaryFile } from '../../../support/temporary-folder.ts';

const keys = new Map([
  [1, randomBytes(32)],
  [2, randomBytes(32)],
]);
const PLACE = ['page', 7, 3] as const;

describe('sealed bytes', () => {
  it('are opened to what they were, and show none of it', () => {
    const seal = new Keyring(keys);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const sealed = seal.close(PLACE, data);
        expect(sealed.length).toBe(data.length + SEAL_BYTES);
        expect(seal.open(PLACE, sealed)).toEqual(Buffer.from(data));
        if (data.length > 8) expect(Buffer.from(sealed).includes(Buffer.from(data))).toBe(false);
      }),
      { seed: 1 },
    );
    expect(seal.openText(PLACE, seal.closeText(PLACE, 'größer'))).toBe('größer');
  });

  it('are others each time', () => {
    const seal = new Keyring(keys);
    const all = Array.from({ length: 100 }, () => seal.close(PLACE, Buffer.alloc(1)).toString('hex'));
    expect(new Set(all).size).toBe(100);
  });

  it('are not opened with any bit changed, cut short, or at another place', () => {
    const seal = new Keyring(keys);
    const sealed = seal.close(PLACE, Buffer.from('some message'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect(seal.open(PLACE, changed), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(seal.open(PLACE, sealed.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    expect(seal.open(['page', 7, 4], sealed)).toBeUndefined();
    expect(seal.open(['body', 7, 3], sealed)).toBeUndefined();
  });

  it('are opened by the key that they were closed by, though there is a newer one', () => {
    const before = new Keyring(new Map([...keys].slice(0, 1))).close(PLACE, Buffer.from('old'));
    expect(new Keyring(keys).open(PLACE, before)?.toString()).toBe('old');
    const after = new Keyring(keys).close(PLACE, Buffer.from('new'));
    expect(new Keyring(new Map([...keys].slice(0, 1))).open(PLACE, after)).toBeUndefined();
  });
});

describe('sealed blocks', () => {
  it('are opened by their tags, all or some of them, and not if they were changed', () => {
    const cipher = new BlockCipher(16);
    const data = randomBytes(40);
    const { sealed, tags } = cipher.seal(data);
    expect(sealed.equals(data)).toBe(false);
    const opened = Buffer.from(sealed);
    cipher.open(opened, tags);
    expect(opened).toEqual(data);
    const part = Buffer.from(sealed.subarray(16));
    cipher.open(part, tags.slice(1));
    expect(part).toEqual(data.subarray(16));
    sealed[20] ^= 1;
    expect(() => cipher.open(sealed, tags)).toThrow();
  });
});

describe('the key', () => {
  const key = randomBytes(32);

  it('comes from a file, a variable or a command, in base64 or hexadecimal', () => {
    const file = temporaryFile('key', `${key.toString('base64')}\n`);
    expect(readMasterKey(`file:${file}`)).toEqual(key);
    expect(readMasterKey('env:KEY', { KEY: key.toString('hex') })).toEqual(key);
    expect(readMasterKey(`command:cat '${file}' | tr -d '\\n'`)).toEqual(key);
  });

  it('is refused with a reason that does not tell it', () => {
    expect(() => readMasterKey('env:KEY', { KEY: 'short-and-secret' })).toThrow(
      /must be 32 bytes in base64 or hexadecimal.*env:KEY has something else/,
    );
    expect(() => readMasterKey('env:KEY', { KEY: 'short-and-secret' })).not.toThrow(/short-and-secret/);
    expect(() => readMasterKey('env:KEY', {})).toThrow('cannot be had from env:KEY: the variable is not set');
    expect(() => readMasterKey('file:/nowhere/key')).toThrow('cannot be had from file:/nowhere/key: ENOENT');
    expect(() => readMasterKey('command:exit 3')).toThrow('the command ended with 3');
  });
});
