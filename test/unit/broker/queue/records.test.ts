import { describe, expect, it } from 'vitest';
import { Message } from '../../../../src/broker/message.ts';
import { Records } from '../../../../src/broker/queue/records.ts';
import { SegmentBuffers } from '../../../../src/broker/queue/segment-buffers.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

function fill(records: Records, bodyBytes: number): Records {
  const message = messageOf({ exchange: '', routingKey: 'q', body: 'x'.repeat(bodyBytes) });
  while (!records.full) records.append(message, 0, Infinity);
  return records;
}

describe('the memory of records that nobody reads any more', () => {
  /** Whether it is the memory of the next ones, where each message of them was shown to somebody or none was. */
  function isUsedAgain(bodyBytes: number, shown: boolean): boolean {
    const full = fill(Records.empty(new SegmentBuffers()), bodyBytes);
    const records = fill(Records.after(full), bodyBytes);
    const memory = records.bytes.buffer;
    if (shown) for (let index = 0; index < records.count; index++) records.view(index, new Message());
    records.release();
    return Records.after(full).bytes.buffer === memory;
  }

  it('is used again where bodies are small, for they are copied when they are sent', () => {
    expect(isUsedAgain(100, true)).toBe(true);
  });

  it('is used again where bodies are large and nobody has seen them', () => {
    expect(isUsedAgain(65_536, false)).toBe(true);
  });

  it('is not where large bodies may still be sent from it', () => {
    expect(isUsedAgain(65_536, true)).toBe(false);
  });
});
