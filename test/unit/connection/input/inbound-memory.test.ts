import { describe, expect, test } from 'vitest';
import { InboundMemory, InboundQuota } from '../../../../src/connection/input/inbound-memory.ts';

/** Holdings of these names, which note who is closed and let go of everything then, as connections do. */
function holdings<Name extends string>(limit: number, ...names: readonly Name[]) {
  const memory = new InboundMemory(limit);
  const closed: string[] = [];
  const entries = names.map((name) => {
    const inboundQuota: InboundQuota = new InboundQuota(memory, (error) => {
      closed.push(`${name}: ${error.message}`);
      inboundQuota.shrank(inboundQuota.bytes);
    });
    return [name, inboundQuota] as const;
  });
  return { closed, ...(Object.fromEntries(entries) as Record<Name, InboundQuota>) };
}

describe('memory that clients keep', () => {
  test('is theirs up to the limit of all together', () => {
    const { closed, a, b } = holdings(100, 'a', 'b');
    a.grew(60);
    b.grew(40);
    a.shrank(60);
    b.grew(60);
    expect(closed).toEqual([]);
    expect(b.bytes).toBe(100);
  });

  test('is taken from who keeps most of it, whoever asks for more', () => {
    const { closed, a, b, c } = holdings(100, 'a', 'b', 'c');
    a.grew(50);
    b.grew(40);
    c.grew(20);
    expect(closed).toEqual([
      'a: RESOURCE_ERROR - unfinished messages and transactions take 110 bytes, 50 of them here; 100 are allowed to all',
    ]);
    c.grew(40);
    expect(closed).toHaveLength(1);
  });

  test('is refused to who keeps most already', () => {
    const { closed, a, b } = holdings(100, 'a', 'b');
    b.grew(30);
    expect(() => a.grew(80)).toThrow(
      'RESOURCE_ERROR - unfinished messages and transactions take 110 bytes, 80 of them here',
    );
    a.shrank(80);
    b.grew(70);
    expect(closed).toEqual([]);
  });
});
