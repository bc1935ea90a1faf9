/** What of a topology change nobody is to read who has the rows: passwords, and values of parameters, which hold those of other brokers. */
import type { Seal } from '../sealing/seal.ts';
import type { TopologyChange } from '../stored-records.ts';
import { parameterPlace, passwordPlace } from './places.ts';

/** The record, or the change that has none, with that sealed. */
export function sealedRecord(change: TopologyChange, seal: Seal): object {
  switch (change.op) {
    case 'put-user': {
      const { record } = change;
      return { ...record, passwordHash: seal.closeText(passwordPlace(record), record.passwordHash) };
    }
    case 'put-parameter': {
      const { record } = change;
      return { ...record, value: seal.closeText(parameterPlace(record), record.value) };
    }
    default:
      return 'record' in change ? change.record : change;
  }
}
