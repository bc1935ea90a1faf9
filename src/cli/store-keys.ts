/** Keys of stores, as the commands that look after them are given them. */
import { keySource, UNFIT } from '../config/option-types.ts';
import { readMasterKey } from '../store/sealing/master-key.ts';
import { UsageError } from './failure.ts';

const KEY_SOURCE = keySource();

/** What stands for a store that is not sealed. */
const NONE = 'none';

/** Throws UsageError without a source, StoreError if there is no key. */
export function masterKey(source: string | undefined, flag = '--store-key'): Buffer {
  if (source === undefined || KEY_SOURCE.fromText(source) === UNFIT) {
    throw new UsageError(`${flag} names where the key is: ${KEY_SOURCE.accepts}`);
  }
  return readMasterKey(source);
}

/** Undefined without a source. Throws as `masterKey` does. */
export function masterKeyIfAny(source: string | undefined, flag = '--store-key'): Buffer | undefined {
  return source === undefined || source === NONE ? undefined : masterKey(source, flag);
}
