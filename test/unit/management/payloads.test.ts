/** How payloads are shown, up to what a string holds. */
import { describe, expect, test } from 'vitest';
import { HttpProblem } from '../../../src/management/http/problem.ts';
import { showPayload } from '../../../src/management/present/message.ts';

const MIB = 1024 * 1024;

describe('a payload is shown', () => {
  test('as text if it is UTF-8, and else as base64', () => {
    expect(showPayload(Buffer.from('é'), 'auto')).toEqual({ payload: 'é', payload_encoding: 'string' });
    expect(showPayload(Buffer.from([0xff]), 'auto')).toEqual({ payload: '/w==', payload_encoding: 'base64' });
    expect(showPayload(Buffer.from('é'), 'base64')).toEqual({ payload: 'w6k=', payload_encoding: 'base64' });
  });

  test('as base64 if it is very large', () => {
    expect(showPayload(Buffer.alloc(17 * MIB), 'auto').payload_encoding).toBe('base64');
  });

  test('not at all if that is too large as well, and says what can be asked for', () => {
    const tooLarge = (): unknown => showPayload(Buffer.alloc(381 * MIB), 'base64');
    expect(tooLarge).toThrow(HttpProblem);
    expect(tooLarge).toThrow(/a payload of 399507456 bytes .* truncate$/);
  });
});
