/**
 * A client's connection: its socket, its way from the handshake to the close, and when it reads and writes. What the frames
 * mean is told to frames.ts.
 */
import { ConnectionCounters } from '../broker/events/counters.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import { AmqpError } from '../protocol/amqp-error.ts';
import type { Method } from '../protocol/generated/methods.ts';
import type { TurnTask } from '../broker/scheduling/turn.ts';
import { attempt, hear } from '../util/guard.ts';
import { FrameParser } from '../wire/frame-parser.ts';
import type { Identity } from '../broker/access/identity.ts';
import { UserActor } from '../broker/operations/actor.ts';
import type { ClientConnection, ClientTls, ConnectionStage } from '../broker/operations/clients.ts';
import type { BrokerContext } from './broker-context.ts';
import type { Channel } from './channel/channel.ts';
import type { TurnChannel } from './channel/channel-host.ts';
import { StarvedConsumers } from './channel/starved-consumers.ts';
import { ClientProperties } from './lifecycle/client-properties.ts';
import { CloseTimer } from './lifecycle/close-timer.ts';
import { ConnectionLog } from './lifecycle/connection-log.ts';
import { CredentialExpiry, credentialExpired } from './lifecycle/credential-expiry.ts';
import { Flow, type FlowingConnection } from './input/flow.ts';
import { type FramedConnection, Frames } from './input/frames.ts';
import { type GreetedConnection, Handshake, HandshakeError, RefusedError } from './lifecycle/handshake.ts';
import { InboundQuota } from './input/inbound-memory.ts';
import { Endpoints } from './lifecycle/endpoints.ts';
import { HeaderReader, PROTOCOL_HEADER, speaks } from './input/protocol-header.ts';
import type { HeartbeatPeer } from './lifecycle/heartbeats.ts';
import { ReadPause } from './input/read-pause.ts';
import { Activity } from './lifecycle/activity.ts';
import type { Transport } from './transport.ts';
import { type WaitingConnection, PendingReplies } from './lifecycle/pending-replies.ts';
import { Writer } from './output/writer.ts';

export class Connection
  implements
    FramedConnection,
    FlowingConnection,
    WaitingConnection,
    GreetedConnection,
    ClientConnection,
    HeartbeatPeer,
    TurnTask
{
  readonly broker: BrokerContext;
  readonly writer: Writer;
  readonly flow: Flow;
  readonly inboundQuota: InboundQuota;
  readonly pendingReplies: PendingReplies;
  readonly channels = new Map<number, Channel>();
  readonly activity: Activity;
  client = new ClientProperties();
  readonly endpoints: Endpoints;
  readonly tls: ClientTls | undefined;
  readonly webSocket: boolean;
  readonly counters = new ConnectionCounters();
  /** When the client came, in milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Set once connection.open is answered. */
  vhost!: Vhost;
  actor!: UserActor;
  mechanism = '';
  channelMax = 0;
  frameMax = 0;
  heartbeat = 0;
  readonly #transport: Transport;
  readonly #frames: Frames;
  readonly #parser: FrameParser;
  readonly #readPause: ReadPause;
  readonly #header = new HeaderReader();
  readonly #handshake: Handshake;
  readonly #log: ConnectionLog;
  readonly #closeTimer: CloseTimer;
  readonly #credentialExpiry: CredentialExpiry;
  readonly #ended: (connection: Connection) => void;
  #stage: ConnectionStage = 'header';
  #awake = false;
  #woken: TurnChannel[] = [];
  readonly #starved = new StarvedConsumers<Channel>();

  /** `transport`: one that was not read from yet. `ended`: called when the connection is no more. */
  constructor(broker: BrokerContext, transport: Transport, ended: (connection: Connection) => void) {
    this.broker = broker;
    this.#transport = transport;
    this.#ended = ended;
    this.activity = new Activity(this.counters);
    this.connectedAt = broker.clock.now();
    const { socket } = transport;
    this.endpoints = new Endpoints(transport.ends);
    this.#log = new ConnectionLog(broker.log, this.endpoints);
    this.tls = transport.tls;
    this.webSocket = transport.webSocket;
    this.writer = new Writer(transport, broker.outputBuffers, this.counters, this.wake);
    this.inboundQuota = new InboundQuota(broker.inboundMemory, (error) => this.close(error));
    this.#frames = new Frames(this);
    this.#parser = new FrameParser(this.#frames);
    this.#readPause = new ReadPause(socket, this.#parser, this.#guard);
    this.pendingReplies = new PendingReplies(this, this.#readPause);
    this.flow = new Flow(this, this.#readPause, transport.layered);
    this.#handshake = new Handshake(this);
    this.#closeTimer = new CloseTimer(broker.clock, (reason) => this.#timedOut(reason));
    this.#credentialExpiry = new CredentialExpiry(broker.clock, () => this.close(credentialExpired()));
    this.#closeTimer.after(broker.config.handshakeTimeout, 'handshake timeout');
    hear(socket, 'drain', this.fault, () => this.#onDrain());
    hear(socket, 'error', this.fault, ({ message }: Error) => void (this.#log.reasonClosed = message));
    hear(socket, 'end', this.fault, () => this.#onEnd());
    hear(socket, 'close', this.fault, () => this.#onClosed());
    broker.connections.add(this);
    broker.input.open(socket, this.fault, (chunk) => this.receive(chunk));
  }

  get stage(): ConnectionStage {
    return this.#stage;
  }

  get user(): string | undefined {
    return (this.actor as UserActor | undefined)?.user;
  }

  get state(): string {
    return this.#stage === 'running' ? this.flow.state : this.#stage === 'closing' ? 'closing' : 'starting';
  }

  // The handshake, and methods of class connection

  handshake(channel: number, method: Method): void {
    if (channel !== 0) throw new HandshakeError(`${method.name} on channel ${channel} during the handshake`);
    this.#handshake.method(method);
  }

  tune(channelMax: number, frameMax: number, heartbeat: number): void {
    this.channelMax = channelMax;
    this.frameMax = frameMax;
    this.#parser.setFrameMax(frameMax);
    this.writer.setFrameMax(frameMax);
    this.heartbeat = heartbeat;
    this.broker.heartbeats.add(this);
  }

  opened(identity: Identity, vhost: Vhost): void {
    this.vhost = vhost;
    this.identify(identity);
    this.broker.connections.entered(this, vhost);
    this.#stage = 'running';
    this.#closeTimer.cancel();
    this.#log.opened(this.client.connectionName, identity.name, vhost.name);
  }

  identify(identity: Identity): void {
    this.actor = new UserActor(identity, this.vhost, this);
    this.#credentialExpiry.watch(identity.expiresAt);
  }

  /** The client closes: everything of the connection goes before the answer does. */
  closeByClient(): void {
    if (this.#stage === 'running') this.#log.reasonClosed = 'closed by the client';
    this.#release();
    this.writer.method(0, { name: 'connection.close-ok' });
    this.#end();
  }

  hangUp(): void {
    this.#release();
    this.#end();
  }

  /** Closes with connection.close: an error of the client's, or the broker stops. */
  close(error: AmqpError): void {
    if (this.#stage === 'closing' || this.#stage === 'closed') return;
    if (this.#stage === 'header') {
      this.#end();
      return;
    }
    this.#log.reasonClosed = error.message;
    this.#release();
    this.#stage = 'closing';
    const { replyCode, replyText, classId, methodId } = error;
    this.writer.method(0, { name: 'connection.close', replyCode, replyText, classId, methodId });
    // What is there to be sent may be what went wrong at the end of the last turn.
    this.wake();
    this.#closeTimer.withoutAnswer(this.heartbeat);
    this.#readPause.resumeAll();
  }

  /** What goes wrong is the connection's end, and nobody else's. If it cannot be ended in good order, it is dropped. */
  readonly fault = (error: unknown): void => attempt(this.#lastFault, () => this.fail(error));
  readonly #lastFault = (error: unknown): void => {
    this.drop();
    this.broker.node.fault(error);
  };

  /** Ends the connection for whatever went wrong with it. */
  fail(error: unknown): void {
    if (error instanceof RefusedError) {
      this.#log.refused(error.reason);
      this.#tellRefused(error.replyCode, `${error.replyText} (${error.reason})`);
      this.close(error);
      this.#closeTimer.afterSilence(error.reason);
    } else if (error instanceof AmqpError) {
      this.#log.error(error);
      this.close(error);
    } else if (error instanceof HandshakeError) {
      this.#log.refused(error.message);
      this.#tellRefused(0, error.message);
      this.#parser.stop();
      this.#closeTimer.afterSilence(error.message);
    } else {
      this.#log.internalError(error);
      this.close(new AmqpError('INTERNAL_ERROR', 'an internal error occurred; see the broker log'));
    }
  }

  #tellRefused(code: number, text: string): void {
    this.broker.node.observer?.({ type: 'error', vhost: '', connection: this.endpoints.name, channel: 0, code, text });
  }

  /**
   * Gives the client up without further words. Its socket is reset, as by RabbitMQ: behind a mere end of the stream a publisher that does
   * not read would write its next messages, and never hear that they are lost. What was sent and waits with the client can still be read.
   */
  drop(): void {
    this.#transport.reset();
  }

  readonly fallSilent = (): void => this.#readPause.fallSilent();

  // Channels

  endChannel(channel: TurnChannel): void {
    this.channels.delete(channel.number);
    channel.end();
  }

  channelFailed(channel: number, error: AmqpError): void {
    this.#log.channelClosed(channel, error);
  }

  /** Has the channel's `endTurn` called at the end of this turn. */
  wakeChannel(channel: TurnChannel): void {
    this.#woken.push(channel);
    this.wake();
  }

  /** False while the connection can take no delivery; its consumers are resumed when it can again. */
  get takesDeliveries(): boolean {
    if (this.#stage === 'running' && !this.writer.full) return true;
    this.#starved.wait();
    return false;
  }

  get readPaused(): boolean {
    return this.#readPause.paused && !this.flow.isStuck && !this.#readPause.has('silent');
  }

  sendHeartbeat(): void {
    this.writer.heartbeat();
  }

  missedHeartbeats(): void {
    this.#log.reasonClosed = `missed heartbeats from client, timeout: ${this.heartbeat}s`;
    this.drop();
  }

  flushEarly(): void {
    if (this.#stage !== 'closed') this.writer.flush();
  }

  endTurn(): void {
    this.#awake = false;
    if (this.#stage === 'closed') return;
    const woken = this.#woken;
    this.#woken = [];
    const stored = this.pendingReplies.turnEnds();
    for (const channel of woken) channel.endTurn();
    this.writer.flush();
    this.flow.turnEnds();
    if (stored) this.pendingReplies.answered();
    this.#resumeConsumers();
    if (!this.writer.congested) this.flow.taken();
  }

  readonly wake = (): void => {
    if (this.#awake) return;
    this.#awake = true;
    this.broker.turn.atEnd(this);
  };

  /** The socket was read: the chunk is the next reader's as soon as this returns. */
  receive(chunk: Buffer): void {
    this.counters.recvOct += chunk.length;
    this.counters.recvCnt++;
    if (this.#stage === 'header') {
      this.#onHeader(chunk);
      return;
    }
    this.#guard(() => this.#parser.push(chunk));
    if (this.#stage !== 'closed') this.flow.heard(chunk.length);
    this.broker.turn.flushCrowdEarly();
  }

  #onHeader(chunk: Buffer): void {
    const read = this.#header.push(chunk);
    if (read === undefined) return;
    const { header, rest } = read;
    if (!speaks(header)) {
      this.#log.refused(`unknown protocol header ${JSON.stringify(header.toString('latin1'))}`);
      this.writer.raw(PROTOCOL_HEADER);
      this.#end();
      return;
    }
    this.#stage = 'handshake';
    this.#handshake.start();
    if (rest.length > 0) this.#guard(() => this.#parser.push(rest));
  }

  /** Runs what parses frames. An error that comes out of it leaves nothing that could be read on. */
  readonly #guard = (parse: () => void): void => {
    const { patterns } = this.broker.node;
    patterns.nameGiver = this.flow;
    try {
      parse();
    } catch (error) {
      this.#parser.stop();
      this.fault(error);
      this.#closeTimer.afterSilence(this.#log.reasonClosed);
    }
    patterns.nameGiver = undefined;
    this.#frames.endChunk();
  };

  #onDrain(): void {
    this.writer.drain();
    this.flow.taken();
    this.#resumeConsumers();
  }

  /** Does what is no frame's doing, such as a delivery. */
  attempt(action: () => void): void {
    attempt(this.fault, action);
  }

  /** The client has said its last, so what it has not read concerns nobody: half a connection is none, as in RabbitMQ. */
  #onEnd(): void {
    if (this.#stage === 'closed') return;
    this.writer.flush();
    this.#transport.socket.destroy();
  }

  #resumeConsumers(): void {
    if (!this.writer.full) this.#starved.resume(this.channels.values(), () => this.takesDeliveries);
  }

  /** Sends what there is to send, then ends the socket; a client that does not end its side is dropped. */
  #end(): void {
    this.#parser.stop();
    this.#stage = 'closed';
    this.writer.flush();
    const { socket } = this.#transport;
    socket.end();
    socket.resume();
    this.#closeTimer.afterSilence(this.#log.reasonClosed);
  }

  #timedOut(reason: string): void {
    if (this.#stage === 'header' || this.#stage === 'handshake') this.#log.refused(reason);
    this.drop();
  }

  /** Everything that the client holds returns to the broker. */
  #release(): void {
    if (this.#stage !== 'running') return;
    this.#stage = 'closing';
    for (const channel of [...this.channels.values()]) attempt(this.#lastFault, () => this.endChannel(channel));
    attempt(this.#lastFault, () => this.vhost.deleteExclusive(this));
  }

  #onClosed(): void {
    const opened = this.user !== undefined;
    this.attempt(() => this.#release());
    this.#stage = 'closed';
    this.#closeTimer.cancel();
    this.#credentialExpiry.cancel();
    this.broker.heartbeats.remove(this);
    this.#ended(this);
    this.broker.connections.delete(this);
    if (opened) this.#log.closed();
  }
}
