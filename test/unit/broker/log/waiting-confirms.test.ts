import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaitingConfirms } from '../../../../src/broker/log/waiting-confirms.ts';

type Step = readonly ['push' | 'below' | 'one' | 'refused', number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('push', 'push', 'push', 'below', 'one', 'refused'),
  fc.nat(40),
);

test('each publisher is told once: when its message is committed, or before that where it was settled or refused', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const waiting = new WaitingConfirms();
      const told: number[] = [];
      const refused: number[] = [];
      const publisher = {
        confirmed: (own: number) => void told.push(own),
        rejected: (own: number) => void refused.push(own),
      };
      /** Sequence numbers that wait, by the publisher's number. */
      const model = new Map<number, number>();
      let seq = 0;
      let number = 0;
      for (const [op, n] of steps) {
        const before = told.length;
        let expected: number[] = [];
        if (op === 'push') {
          // Some messages between need no confirm.
          seq += 1 + (n % 3);
          waiting.push(seq, publisher, ++number);
          model.set(number, seq);
        } else if (op === 'below') {
          const limit = Math.max(0, seq - n);
          waiting.confirmBelow(limit);
          expected = [...model].filter(([, own]) => own < limit).map(([own]) => own);
        } else {
          const settled = Math.max(0, seq - n);
          if (op === 'refused') waiting.refuse(settled);
          else waiting.confirm(settled);
          expected = [...model].filter(([, own]) => own === settled).map(([own]) => own);
        }
        expect(told.slice(before)).toEqual(expected);
        expect(refused.splice(0)).toEqual(op === 'refused' ? expected : []);
        for (const own of expected) model.delete(own);
        expect(waiting.length).toBeGreaterThanOrEqual(model.size);
      }
      waiting.confirmBelow(Infinity);
      expect(waiting.length).toBe(0);
      expect([...told].sort((a, b) => a - b)).toEqual(Array.from({ length: number }, (_, i) => i + 1));
    }),
    { numRuns: 100 },
  );
});
