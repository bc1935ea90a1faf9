/** When a connection is heard again: never in the middle of what somebody else does. */
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import { ClientProperties } from '../../../../src/connection/lifecycle/client-properties.ts';
import { Flow } from '../../../../src/connection/input/flow.ts';
import { ReadPause } from '../../../../src/connection/input/read-pause.ts';
import type { Writer } from '../../../../src/connection/output/writer.ts';
import type { FrameParser } from '../../../../src/wire/frame-parser.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

const MUCH = 40 * 1024 * 1024;

describe('a connection that publishes', () => {
  let node: BrokerNode;
  let flow: Flow;
  let heard: boolean;
  let woken: boolean;
  let written: string[];
  let clock: HandClock;
  let output: { pending: number; taken: number };

  beforeEach(() => {
    ({ node } = nodeInMemory());
    heard = true;
    woken = false;
    written = [];
    clock = new HandClock();
    const parser = { pause: () => (heard = false), resume: () => (heard = true) } as unknown as FrameParser;
    const socket = { pause: () => undefined, resume: () => undefined } as unknown as Socket;
    const method = (_channel: number, { name }: { name: string }) => written.push(name);
    output = { pending: 0, taken: 0 };
    const writer = Object.assign(output, { congested: false, method }) as unknown as Writer;
    const client = Object.assign(new ClientProperties(), { connectionBlocked: true });
    const connection = { broker: { node, clock }, writer, client, wake: () => void (woken = true) };
    flow = new Flow(connection, new ReadPause(socket, parser, (read) => read()), false);
    node.backlog.onLow(() => flow.relieved());
    node.alarms.onCleared(() => flow.relieved());
  });

  it('is not heard while the store is behind, and again at the end of the turn in which it caught up', () => {
    node.backlog.add(MUCH);
    flow.published();
    flow.turnEnds();
    expect(heard).toBe(false);
    node.backlog.remove(MUCH);
    expect([heard, woken]).toEqual([false, true]);
    flow.turnEnds();
    expect(heard).toBe(true);
  });

  it('is in flow while it is slowed down, and for some seconds after', () => {
    expect(flow.state).toBe('running');
    node.backlog.add(MUCH);
    flow.published();
    expect(flow.state).toBe('flow');
    node.backlog.remove(MUCH);
    flow.turnEnds();
    clock.pass(4900);
    expect(flow.state).toBe('flow');
    clock.pass(200);
    expect(flow.state).toBe('running');
  });

  it('is about to be blocked under an alarm, and blocked once it publishes', () => {
    node.alarms.set('disk', true);
    expect(flow.state).toBe('blocking');
    flow.publishes();
    expect(flow.state).toBe('blocked');
    node.alarms.set('disk', false);
    flow.turnEnds();
    expect(flow.state).toBe('running');
  });

  it('is not heard while it rests for its names, however often the turn ends', () => {
    flow.rest(0.5);
    expect(heard).toBe(true);
    flow.rest(3);
    flow.turnEnds();
    clock.pass(2);
    flow.rest(2);
    clock.pass(2);
    flow.turnEnds();
    expect(heard).toBe(false);
    woken = false;
    clock.pass(2);
    expect([heard, woken]).toEqual([false, true]);
    flow.turnEnds();
    expect(heard).toBe(true);
  });

  it('is not heard during an alarm, and told of its end when the turn is over', () => {
    node.alarms.set('disk', true);
    flow.publishes();
    flow.turnEnds();
    node.alarms.set('disk', false);
    expect([heard, woken, written]).toEqual([false, true, ['connection.blocked']]);
    flow.turnEnds();
    expect([heard, written]).toEqual([true, ['connection.blocked', 'connection.unblocked']]);
  });

  it('stays blocked, without a word, where the alarm is back before the turn is over', () => {
    node.alarms.set('memory', true);
    flow.publishes();
    node.alarms.set('memory', false);
    node.alarms.set('disk', true);
    flow.turnEnds();
    expect([heard, written]).toEqual([false, ['connection.blocked']]);
    node.alarms.set('disk', false);
    flow.turnEnds();
    expect(heard).toBe(true);
  });

  it('is stuck while it takes nothing of the much that it was answered, and only then', () => {
    expect(flow.isStuck).toBe(false);
    output.pending = MUCH;
    output.taken = 1000;
    flow.answered();
    expect(heard).toBe(false);
    expect([flow.isStuck, flow.isStuck]).toEqual([false, true]);
    output.taken = 1001;
    expect([flow.isStuck, flow.isStuck]).toEqual([false, true]);
    flow.taken();
    expect([flow.isStuck, heard]).toEqual([false, true]);
  });

  it('is not woken where nothing of this kept it from being heard', () => {
    node.backlog.add(MUCH);
    node.backlog.remove(MUCH);
    expect(woken).toBe(false);
  });
});
