/** The handshake's turns and limits, without a socket: what it sends, agrees on, and refuses. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Identity } from '../../../../src/broker/access/identity.ts';
import type { ClientConnection } from '../../../../src/broker/operations/clients.ts';
import { Connections } from '../../../../src/broker/operations/connections.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { Config } from '../../../../src/config/config.ts';
import type { BrokerContext } from '../../../../src/connection/broker-context.ts';
import { ClientProperties } from '../../../../src/connection/lifecycle/client-properties.ts';
import {
  type GreetedConnection,
  Handshake,
  HandshakeError,
  RefusedError,
} from '../../../../src/connection/lifecycle/handshake.ts';
import type { Writer } from '../../../../src/connection/output/writer.ts';
import { libraryDefaults } from '../../../../src/embed/options.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../../src/protocol/field-table.ts';
import type { Method, ServerMethod } from '../../../../src/protocol/generated/methods.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { byOneClock } from '../../../../src/util/clock.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const DEFAULTS = { user: 'guest', password: 'secret', vhost: '/' };
const AUTHENTICATION_FAILURE_CLOSE: FieldTable = new Map([
  [
    'capabilities',
    { type: 'table', value: new Map([['authentication_failure_close', { type: 'bool', value: true }]]) },
  ],
]);

/** The side of the broker: notes what is sent and agreed on. */
class Side implements GreetedConnection {
  readonly sent: ServerMethod[] = [];
  readonly broker: BrokerContext;
  readonly writer = { method: (_channel: number, method: ServerMethod) => this.sent.push(method) } as unknown as Writer;
  readonly tls = undefined;
  client = new ClientProperties();
  mechanism = '';
  readonly endpoints = { name: '', peer: '127.0.0.1:1', peerHost: '127.0.0.1', fromLoopback: true };
  readonly stage = 'handshake';
  /** What it waits for. */
  pending: Promise<void> | undefined;
  readonly pendingReplies = {
    await: <Value>(promise: Promise<Value>, then: (value: Value) => void) => {
      this.pending = promise.then(then);
    },
  };
  tuned: readonly number[] = [];
  vhost: string | undefined;
  user: string | undefined;

  constructor(node: BrokerNode, settings: Partial<Config>, connections = 1) {
    const config = { ...libraryDefaults, ...settings };
    const open = new Connections(node, config.maxConnections);
    for (let i = 0; i < connections; i++)
      open.add({ stage: 'running', channels: new Map() } as unknown as ClientConnection);
    this.broker = { node, config, connections: open, serverProperties: EMPTY_TABLE } as unknown as BrokerContext;
  }

  get frameMax(): number {
    return this.tuned[1];
  }

  tune(...agreed: readonly number[]): void {
    this.tuned = agreed;
  }

  opened({ name }: Identity, vhost: Vhost): void {
    this.vhost = vhost.name;
    this.user = name;
  }
}

function startOk(user = 'guest', password = 'secret', clientProperties = EMPTY_TABLE, mechanism = 'PLAIN'): Method {
  const response = Buffer.from(`\0${user}\0${password}`);
  return { name: 'connection.start-ok', clientProperties, mechanism, response, locale: 'en_US' };
}

const tuneOk = (channelMax = 0, frameMax = 0, heartbeat = 0): Method => ({
  name: 'connection.tune-ok',
  channelMax,
  frameMax,
  heartbeat,
});
const open = (virtualHost = '/'): Method => ({ name: 'connection.open', virtualHost });

describe('the handshake', () => {
  let clock: HandClock;
  let node: BrokerNode;

  beforeEach(() => {
    clock = new HandClock();
    node = new BrokerNode(new MemoryStore(), 1_000_000, undefined, byOneClock(clock));
    node.recover(DEFAULTS);
  });

  function begin(
    settings: Partial<Config> = {},
    connections = 1,
  ): { side: Side; say: (...methods: Method[]) => Promise<void> } {
    const side = new Side(node, settings, connections);
    const handshake = new Handshake(side);
    handshake.start();
    const say = async (...methods: Method[]): Promise<void> => {
      for (const method of methods) {
        handshake.method(method);
        await side.pending;
      }
    };
    return { side, say };
  }

  it('goes from start to open-ok, and knows the user and the vhost then', async () => {
    const { side, say } = begin({ channelMax: 100, frameMax: 8192, heartbeat: 30 });
    await say(startOk(), tuneOk(50, 4096, 7), open());
    expect(side.sent.map(({ name }) => name)).toEqual(['connection.start', 'connection.tune', 'connection.open-ok']);
    expect(side.sent[0]).toMatchObject({ versionMajor: 0, versionMinor: 9 });
    expect(side.sent[1]).toMatchObject({ channelMax: 100, frameMax: 8192, heartbeat: 30 });
    expect([side.tuned, side.vhost, side.user]).toEqual([[50, 4096, 7], '/', 'guest']);
  });

  it('takes the broker’s limits where the client asks for none', async () => {
    const { side, say } = begin({ channelMax: 100, frameMax: 8192 });
    await say(startOk(), tuneOk(0, 0, 0));
    expect(side.tuned).toEqual([100, 8192, 0]);
  });

  it.each([
    [101, 4096, 'negotiated channel_max = 101 is higher than the maximum allowed value (100)'],
    [50, 8193, 'negotiated frame_max = 8193 is higher than the maximum allowed value (8192)'],
    [50, 4095, 'negotiated frame_max = 4095 is lower than the minimum allowed value (4096)'],
  ])('has no answer to channel_max %i and frame_max %i', async (channelMax, frameMax, reason) => {
    const { say } = begin({ channelMax: 100, frameMax: 8192 });
    await expect(say(startOk(), tuneOk(channelMax, frameMax))).rejects.toThrow(new HandshakeError(reason));
  });

  it.each<[string, Method[]]>([
    ['connection.open where connection.start-ok was due', [open()]],
    ['connection.start-ok where connection.tune-ok was due', [startOk(), startOk()]],
    ['connection.tune-ok where connection.open was due', [startOk(), tuneOk(), tuneOk()]],
    ['channel.open where connection.open was due', [startOk(), tuneOk(), { name: 'channel.open' }]],
  ])('has no answer to %s', async (reason, methods) => {
    await expect(begin().say(...methods)).rejects.toThrow(new HandshakeError(reason));
  });

  it('tells a client that can hear it that it may not come in, and the reason to nobody but the log', async () => {
    const { side, say } = begin();
    const error: unknown = await say(startOk('guest', 'wrong', AUTHENTICATION_FAILURE_CLOSE)).catch(
      (reason: unknown) => reason,
    );
    if (!(error instanceof RefusedError)) throw error;
    expect(error.reason).toBe("wrong name or password for user 'guest'");
    expect(error.replyText).not.toContain('guest');
    expect(error.replyCode).toBe(403);
    expect(side.sent.map(({ name }) => name)).toEqual(['connection.start']);
  });

  it('has no answer for others: neither for an old client, nor to a mechanism that is not offered', async () => {
    await expect(begin().say(startOk('guest', 'wrong'))).rejects.toThrow(HandshakeError);
    const unknown = startOk('guest', 'secret', AUTHENTICATION_FAILURE_CLOSE, 'EXTERNAL');
    await expect(begin().say(unknown)).rejects.toThrow(new HandshakeError('no credentials by EXTERNAL'));
  });

  it('looks at nothing for a while if too many of the address failed, and at nothing at all if too many wait already', async () => {
    const { side, say } = begin();
    for (let i = 0; i < 50; i++) await expect(begin().say(startOk('guest', 'wrong'))).rejects.toThrow(/^wrong name/);
    const said = say(startOk());
    const others = Array.from({ length: 24 }, () => begin().say(startOk('guest', 'wrong')));
    await expect(begin().say(startOk())).rejects.toThrow(new HandshakeError('too many failed logins from 127.0.0.1'));
    expect(side.sent.map(({ name }) => name)).toEqual(['connection.start']);
    const elsewhere = begin();
    elsewhere.side.endpoints.peerHost = '127.0.0.2';
    await elsewhere.say(startOk(), tuneOk(), open());
    expect(elsewhere.side.vhost).toBe('/');
    clock.pass(5000);
    await said;
    expect(side.sent.map(({ name }) => name)).toEqual(['connection.start', 'connection.tune']);
    for (const other of others) await expect(other).rejects.toThrow(/^wrong name/);
  });

  it('lets users of this machine in from no other', async () => {
    const { side, say } = begin({ loopbackUsers: ['guest'] });
    side.endpoints.fromLoopback = false;
    await expect(say(startOk())).rejects.toThrow("user 'guest' may only connect from this machine");
    side.endpoints.fromLoopback = true;
    await say(startOk());
  });

  it('says no to a vhost that is not there, or not the user’s, and where there are connections enough', async () => {
    node.auth.apply({ op: 'delete-vhost', name: '/' });
    await expect(begin().say(startOk(), tuneOk(), open())).rejects.toThrow(
      "NOT_ALLOWED - access to vhost '/' refused for user 'guest'",
    );
    await expect(begin().say(startOk(), tuneOk(), open('no'))).rejects.toThrow('NOT_ALLOWED - vhost no not found');
    await expect(begin({ maxConnections: 2 }, 3).say(startOk(), tuneOk(), open())).rejects.toThrow(
      'NOT_ALLOWED - connection refused: node connection limit (2) is reached',
    );
  });
});
