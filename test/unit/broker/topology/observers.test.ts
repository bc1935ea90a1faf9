/** Who is told of what: nobody pays for messages unless somebody is told of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { BrokerEvent, Observer } from '../../../../src/broker/events/observer.ts';
import { type ObservedVhost, Observers } from '../../../../src/broker/topology/observers.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const EVENT: BrokerEvent = { type: 'purged', vhost: '/', queue: 'q', messages: 1 };

let vhosts: ObservedVhost[];
let observers: Observers;

function vhost(name: string): ObservedVhost {
  const node = { clock: new HandClock(), name: 'rabbit@here' };
  return { name, node, observer: undefined, exchange: () => undefined, sendThrough: () => undefined };
}

/** Adds one; returns what it is told, and what ends that. */
function told(messages?: boolean): { readonly events: readonly BrokerEvent[]; readonly end: () => void } {
  const events: BrokerEvent[] = [];
  const observer: Observer = (event) => events.push(event);
  return { events, end: observers.add(observer, messages) };
}

beforeEach(() => {
  vhosts = [vhost('/'), vhost('other')];
  observers = new Observers(
    () => vhosts,
    (error) => {
      throw error;
    },
  );
});

describe('observers', () => {
  it('of messages are told of those of all vhosts, until they do not want it any more', () => {
    const [first, second] = [told(), told()];
    for (const each of vhosts) each.observer!(EVENT);
    first.end();
    vhosts[0].observer!(EVENT);
    expect([first.events.length, second.events.length]).toEqual([2, 3]);
    second.end();
    expect([observers.everywhere, ...vhosts.map(({ observer }) => observer)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('of topology and clients alone leave messages as they are', () => {
    const { events } = told(false);
    expect(vhosts.map(({ observer }) => observer)).toEqual([undefined, undefined]);
    observers.everywhere!(EVENT);
    expect(events).toEqual([EVENT]);
  });

  it('are told of a vhost that comes later', () => {
    const { events } = told();
    const late = vhost('late');
    observers.watch(late);
    late.observer!(EVENT);
    expect(events).toEqual([EVENT]);
  });
});

describe('a vhost that is traced', () => {
  it('has its messages told though nobody else is, and no other vhost', () => {
    observers.trace(vhosts[0], true);
    expect(vhosts.map((each) => [observers.isTraced(each), each.observer !== undefined])).toEqual([
      [true, true],
      [false, false],
    ]);
    observers.trace(vhosts[0], false);
    expect([observers.isTraced(vhosts[0]), vhosts[0].observer]).toEqual([false, undefined]);
  });

  it('tells observers all the same', () => {
    observers.trace(vhosts[0], true);
    const { events, end } = told();
    vhosts[0].observer!(EVENT);
    end();
    vhosts[0].observer!(EVENT);
    expect(events).toEqual([EVENT]);
  });
});
