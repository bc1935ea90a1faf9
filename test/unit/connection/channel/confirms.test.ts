/** Publisher confirms: whatever the order in which messages become safe, each is acknowledged once, and none too early. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PublishCounters } from '../../../../src/broker/events/counters.ts';
import { Confirms } from '../../../../src/connection/channel/confirms.ts';

interface Ack {
  readonly number: number;
  readonly multiple: boolean;
}

/** A publisher as the acknowledgements find it. */
class Publisher {
  readonly open = new Set<number>();
  readonly acks: Ack[] = [];

  /** Returns what the acknowledgement covers, which must be open all. */
  take(number: number, multiple: boolean): number[] {
    this.acks.push({ number, multiple });
    const covered = multiple ? [...this.open].filter((one) => one <= number) : [number];
    expect(this.open.has(number)).toBe(true);
    for (const one of covered) this.open.delete(one);
    return covered;
  }
}

/** Nothing is refused here. */
function unexpected(number: number): void {
  throw new Error(`message ${number} was refused`);
}

function flush(confirms: Confirms): Ack[] {
  const acks: Ack[] = [];
  confirms.flush((number, multiple) => acks.push({ number, multiple }), unexpected);
  return acks;
}

describe('publisher confirms', () => {
  it('acknowledge each message exactly once, and only when all that it waits for has vouched for it', () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom('publish', 'publish', 'vouch', 'vouch', 'flush'), fc.nat(), fc.nat(3)),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(events, (all) => {
        const confirms = new Confirms(() => {});
        const publisher = new Publisher();
        const missing = new Map<number, number>();
        const safe = new Set<number>();
        const exchanges = [new PublishCounters(), new PublishCounters(), new PublishCounters()];
        let published = 0;
        const vouch = (number: number) => {
          const left = missing.get(number)! - 1;
          missing.set(number, left);
          if (left === 0) {
            missing.delete(number);
            safe.add(number);
          }
          confirms.confirmed(number);
        };
        const tell = () =>
          confirms.flush((number, multiple) => {
            for (const one of publisher.take(number, multiple)) expect(safe.has(one)).toBe(true);
          }, unexpected);
        for (const [event, chance, queues] of all) {
          const waiting = [...missing.keys()];
          if (event === 'publish') {
            const exchange = exchanges[chance % exchanges.length];
            exchange.publish++;
            const number = confirms.begin(exchange);
            expect(number).toBe(++published);
            publisher.open.add(number);
            missing.set(number, 1 + queues);
            for (let queue = 0; queue < queues; queue++) confirms.wait(number);
            vouch(number);
          } else if (event === 'flush') tell();
          else if (waiting.length > 0) vouch(waiting[chance % waiting.length]);
        }
        for (const number of [...missing.keys()]) while (missing.has(number)) vouch(number);
        tell();
        expect(publisher.open.size).toBe(0);
        for (const { publish, confirm } of exchanges) expect(confirm).toBe(publish);
        expect(flush(confirms)).toEqual([]);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('go out as one acknowledgement with multiple for an unbroken run', () => {
    const confirms = new Confirms(() => {});
    for (let count = 0; count < 200; count++) confirms.confirmed(confirms.begin(new PublishCounters()));
    expect(flush(confirms)).toEqual([{ number: 200, multiple: true }]);
    confirms.confirmed(confirms.begin(new PublishCounters()));
    expect(flush(confirms)).toEqual([{ number: 201, multiple: false }]);
  });

  it('go out singly for messages that are safe before an older one, which is then acknowledged alone', () => {
    const confirms = new Confirms(() => {});
    const [first, second, third] = [
      confirms.begin(new PublishCounters()),
      confirms.begin(new PublishCounters()),
      confirms.begin(new PublishCounters()),
    ];
    confirms.confirmed(third);
    confirms.confirmed(second);
    expect(flush(confirms)).toEqual([
      { number: 3, multiple: false },
      { number: 2, multiple: false },
    ]);
    confirms.confirmed(first);
    // Nor does a later run name what overtook it: php-amqplib takes that for a broken server.
    expect(flush(confirms)).toEqual([{ number: 1, multiple: false }]);
    confirms.confirmed(confirms.begin(new PublishCounters()));
    expect(flush(confirms)).toEqual([{ number: 4, multiple: false }]);
  });

  it('ask to be flushed once, until they were', () => {
    let wakes = 0;
    const confirms = new Confirms(() => wakes++);
    confirms.confirmed(confirms.begin(new PublishCounters()));
    confirms.confirmed(confirms.begin(new PublishCounters()));
    expect(wakes).toBe(1);
    flush(confirms);
    confirms.confirmed(confirms.begin(new PublishCounters()));
    expect(wakes).toBe(2);
  });

  it('refuse a message that any queue refused, once all have spoken, and no other', () => {
    const confirms = new Confirms(() => {});
    const [first, second, third] = [
      confirms.begin(new PublishCounters()),
      confirms.begin(new PublishCounters()),
      confirms.begin(new PublishCounters()),
    ];
    confirms.wait(second);
    confirms.rejected(second);
    for (const number of [first, second, third]) confirms.confirmed(number);
    const told: string[] = [];
    const tell = () =>
      confirms.flush(
        (number, multiple) => told.push(`ack ${number} ${multiple}`),
        (number) => told.push(`nack ${number}`),
      );
    tell();
    expect(told).toEqual([`ack ${first} false`, `ack ${third} false`]);
    confirms.confirmed(second);
    tell();
    expect(told.slice(2)).toEqual([`nack ${second}`]);
  });
});
