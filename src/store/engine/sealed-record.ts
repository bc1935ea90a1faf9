/** What of a topology change nobody is to read who has the rows: passwords, and values of parameters, which hold those of other brokers. */
import type { Place, Seal } from '../sealing/seal.ts';
import type { ParameterRecord, TopologyChange, UserRecord } from '../stored-records.ts';
import { parameterPlace, passwordPlace } from './places.ts';

/** Closes the text, opens it, or seals it anew; undefined if it cannot be opened. */
export type TextChange = (place: Place, text: string) => string | undefined;

/** The record with its password changed; undefined if that cannot be opened. */
export function userWith(record: UserRecord, change: TextChange): UserRecord | undefined {
  const passwordHash = change(passwordPlace(record), record.passwordHash);
  return passwordHash === undefined ? undefined : { ...record, passwordHash };
}

/** The same of a parameter's value. */
export function parameterWith(record: ParameterRecord, change: TextChange): ParameterRecord | undefined {
  const value = change(parameterPlace(record), record.value);
  return value === undefined ? undefined : { ...record, value };
}

/** The record, or the change that has none, with that sealed. */
export function sealedRecord(change: TopologyChange, seal: Seal): object {
  const close: TextChange = (place, text) => seal.closeText(place, text);
  switch (change.op) {
    case 'put-user':
      return userWith(change.record, close)!;
    case 'put-parameter':
      return parameterWith(change.record, close)!;
    default:
      return 'record' in change ? change.record : change;
  }
}
