/** A WebSocket as a stream: what is bounded there whatever its client does. */
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Turn } from '../../../../src/broker/scheduling/turn.ts';
import { WebSocketStream } from '../../../../src/connection/websocket/websocket-stream.ts';
import { rethrow } from '../../../../src/util/guard.ts';
import { HandClock } from '../../../support/hand-clock.ts';

/** Notes what it is asked to do. */
class FakeWebSocket extends EventEmitter {
  bufferedAmount = 0;
  pongs = 0;
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  pong(): void {
    this.pongs++;
  }
}

let webSocket: FakeWebSocket;
let stream: WebSocketStream;
beforeEach(() => {
  webSocket = new FakeWebSocket();
  stream = new WebSocketStream(webSocket as unknown as WebSocket, new Turn(new HandClock()), rethrow);
});

describe('pings', () => {
  it('are answered, but not while the answers are not read', () => {
    webSocket.emit('ping', Buffer.from('hello'));
    expect(webSocket.pongs).toBe(1);
    webSocket.bufferedAmount = 65_536;
    webSocket.emit('ping', Buffer.from('hello'));
    expect(webSocket.pongs).toBe(1);
  });
});

it('hears so many frames a turn, whatever is in them', async () => {
  stream.on('data', () => {});
  for (const event of ['message', 'ping', 'pong']) {
    webSocket.isPaused = false;
    for (let n = 0; n < 1024; n++) webSocket.emit(event, Buffer.alloc(0), true);
    expect(webSocket.isPaused, event).toBe(true);
    stream.resume();
    expect(webSocket.isPaused, event).toBe(true);
    await setImmediate();
    expect(webSocket.isPaused, event).toBe(false);
  }
});

it('stops at once if it is not read', () => {
  stream.pause();
  expect(webSocket.isPaused).toBe(true);
  stream.resume();
  expect(webSocket.isPaused).toBe(false);
});
