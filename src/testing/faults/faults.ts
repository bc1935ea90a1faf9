/**
 * `broker.faults`: what goes wrong between the broker and its clients, at an exact moment. What is done to those who are connected is done at
 * once, and the number of those whom it met is returned; the rest are faults that strike until they are lifted.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { REPLY_CODES, type ReplyName } from '../../protocol/generated/reply-codes.ts';
import type { ClientChannel, ClientConnection } from '../../broker/operations/clients.ts';
import type { Inside } from '../inside.ts';
import { Fault, type Trigger } from './fault.ts';
import {
  type ChannelFilter,
  type ConnectionFilter,
  meetsChannel,
  meetsConnection,
  type PublishFilter,
} from './filters.ts';
import type { Network } from './line.ts';
import { Networks } from './networks.ts';
import { Plan } from './plan.ts';

/** Milliseconds; or until the fault is released, or lifted. */
export type HoldUp = number | 'until released';

export class Faults {
  readonly #inside: Inside;
  readonly #plan: Plan;
  readonly #networks: Networks;
  readonly #active = new Set<Fault>();
  readonly #silent = new Set<ClientConnection>();
  #alarms = 0;

  /** @internal */
  constructor(inside: Inside) {
    this.#inside = inside;
    this.#plan = new Plan(inside);
    this.#networks = new Networks(inside);
  }

  /** Those that may strike. */
  get active(): readonly Fault[] {
    return [...this.#active];
  }

  /** Lifts all of them. Connections that fell silent are dropped. */
  clear(): void {
    for (const connection of this.#silent) connection.drop();
    this.#silent.clear();
    for (const fault of this.#active) fault.lift();
  }

  // What is done at once

  /**
   * `reset` (by default): the socket is reset. `silent`: the client hears nothing any more, and nobody hears it, as if the network were gone; the
   * broker gives it up after two heartbeats, if it has any, and its deliveries come back.
   */
  dropConnection(filter: ConnectionFilter = {}, how: 'reset' | 'silent' = 'reset'): number {
    return this.#each(filter, (connection) => {
      if (how === 'reset') connection.drop();
      else {
        connection.fallSilent();
        this.#silent.add(connection);
      }
    });
  }

  /** By connection.close, with 320 if no code is given. */
  closeConnection(
    filter: ConnectionFilter = {},
    { code = 320, text = 'closed by the test' }: { code?: number; text?: string } = {},
  ): number {
    return this.#each(filter, (connection) => connection.close(new AmqpError(replyName(code), text)));
  }

  /** By channel.close. @throws RangeError for a code that closes no channel */
  closeChannel(
    filter: ChannelFilter,
    { code, text = 'closed by the test' }: { code: 403 | 404 | 405 | 406; text?: string },
  ): number {
    return this.#eachChannel(filter, (channel) => channel.fail(new AmqpError(replyName(code), text)));
  }

  /** By basic.cancel, as if the queue had gone away. */
  cancelConsumer({ queue, tag, ...filter }: { queue?: string; tag?: string } & ChannelFilter): number {
    let cancelled = 0;
    this.#eachChannel(filter, (channel) => {
      for (const consumer of [...channel.consumers.values()]) {
        if ((queue ?? consumer.queue.name) !== consumer.queue.name || (tag ?? consumer.tag) !== consumer.tag) continue;
        consumer.queue.consumers.remove(consumer);
        consumer.target.cancelled(consumer);
        cancelled++;
      }
    });
    return cancelled;
  }

  /** What is at consumers of a queue comes back to it and goes out again, as redelivered. The first delivery's acknowledgement is ignored. */
  redeliver(queue: string, filter: ChannelFilter = {}): number {
    let redelivered = 0;
    this.#eachChannel(filter, (channel) => {
      channel.settleUnasked('failed', (name) => {
        if (name === queue) redelivered++;
        return name === queue;
      });
    });
    return redelivered;
  }

  // Faults

  /** Clients that come are reset, or get no answer; or are refused by connection.close, with a code such as 530, when they open their vhost. */
  refuseConnections(how: 'reset' | 'no answer' | { code: number; text: string }, trigger?: Trigger): Fault {
    const fault = this.#begin('refuseConnections', trigger);
    if (typeof how === 'string') return this.#plan.onAccept(fault, how);
    const { code, text } = how;
    return this.#plan.onOpen(fault, () => new AmqpError(replyName(code), text));
  }

  /** The broker does not take messages: their publishers get basic.nack, if they asked for confirms. */
  nackPublishes(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#plan.onPublish(this.#begin('nackPublishes', trigger), filter, () => ({ refused: true }));
  }

  /** As if no binding matched: messages go back if they are mandatory, and else are gone. */
  unroutable(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#plan.onPublish(this.#begin('unroutable', trigger), filter, () => ({ unroutable: true }));
  }

  /** Messages are taken, and the confirms come late. */
  delayConfirms(by: HoldUp, filter: PublishFilter = {}, trigger?: Trigger): Fault {
    const fault = this.#begin('delayConfirms', trigger);
    return this.#plan.onPublish(fault, filter, () => ({ hold: (release) => this.#holdUp(fault, by, release) }));
  }

  /** Messages are taken, and the connection is reset before the confirm. */
  loseConfirms(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#plan.onPublish(this.#begin('loseConfirms', trigger), filter, (connection) => ({
      hold: () => connection.drop(),
    }));
  }

  /**
   * A message arrives behind the next that fits, instead of before it; its publisher has its confirm at once. If no other comes, `release()` lets it
   * go on.
   */
  reorder(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    const fault = this.#begin('reorder', trigger);
    let letGo: (() => void) | undefined;
    return this.#plan.onEachPublish(fault, filter, () => {
      if (letGo !== undefined) return { then: letGo };
      if (!fault.strikes()) return undefined;
      return {
        overtaken: (take) => {
          letGo = fault.hold(() => {
            letGo = undefined;
            take();
          });
        },
      };
    });
  }

  /** Publishers are blocked, as by an alarm of the memory or the disk, until the fault is lifted (connection.blocked). */
  block(resource: 'memory' | 'disk' = 'memory'): Fault {
    const cause = `test ${++this.#alarms}`;
    const set = (low: boolean) => (): void => this.#inside.node.alarms.set(resource, low, cause);
    return this.#plan.whileActive(this.#begin('block'), set(true), set(false));
  }

  /**
   * A method is handled late: `basic.consume`, `queue.declare`; until then nothing else is heard of its connection, as by a broker that is
   * overloaded.
   */
  delayReplies(method: string, by: HoldUp, filter: ChannelFilter = {}, trigger?: Trigger): Fault {
    const fault = this.#begin('delayReplies', trigger);
    return this.#plan.onMethod(fault, method, filter, (resume) => this.#holdUp(fault, by, resume));
  }

  /** Messages of a queue are delivered twice: while the consumer has one, it is delivered again, as redelivered. */
  duplicateDeliveries(queue: string, trigger?: Trigger): Fault {
    return this.#plan.onDelivery(this.#begin('duplicateDeliveries', trigger), queue, (seq) => {
      this.#eachChannel({}, (channel) =>
        channel.settleUnasked('failed', (name, number) => name === queue && number === seq),
      );
    });
  }

  /**
   * Nothing can be written, as if the disk were full: what is persistent is not confirmed, what is durable is not declared, and publishers are
   * blocked. What is written meanwhile is written when the fault is lifted, and lost by a crash. `hits` is 1 from the beginning.
   */
  diskFull(): Fault {
    const { disk } = this.#inside;
    const fault = this.#begin('diskFull', {});
    fault.strikes();
    return this.#plan.whileActive(
      fault,
      () => disk.fill(fault),
      () => disk.end(fault),
    );
  }

  /** Each batch that is written takes so many milliseconds longer: confirms of persistent messages, and answers to declarations of durable things, come late. */
  slowDisk(ms: number, trigger?: Trigger): Fault {
    const { disk } = this.#inside;
    const fault = this.#begin('slowDisk', trigger);
    return this.#plan.whileActive(
      fault,
      () => disk.slow(fault, ms),
      () => disk.end(fault),
    );
  }

  /**
   * What clients say and hear is late, thin, or in pieces, in both directions, as on a slow network. Heartbeats pass by it too. When the fault is
   * lifted, what is on its way arrives at once.
   */
  network(network: Network, filter: ConnectionFilter = {}): Fault {
    const fault = this.#begin('network');
    return this.#plan.whileActive(
      fault,
      () => this.#networks.slow(fault, { network, filter }),
      () => this.#networks.end(fault),
    );
  }

  /** @internal The broker was started again: what goes wrong goes on. */
  startedAgain(): void {
    this.#networks.carry();
    this.#silent.clear();
    this.#plan.startedAgain();
  }

  #begin(kind: string, trigger: Trigger = {}): Fault {
    const fault = new Fault(kind, trigger, this.#inside.waits, () => {
      this.#active.delete(fault);
      this.#plan.end(fault);
    });
    this.#active.add(fault);
    return fault;
  }

  #holdUp(fault: Fault, by: HoldUp, resume: () => void): void {
    const release = fault.hold(resume);
    if (by !== 'until released') this.#inside.context.clock.after(by, release);
  }

  #each(filter: ConnectionFilter, action: (connection: ClientConnection) => void): number {
    const met = [...this.#inside.context.connections].filter((connection) => meetsConnection(connection, filter));
    for (const connection of met) action(connection);
    return met.length;
  }

  #eachChannel(filter: ChannelFilter, action: (channel: ClientChannel) => void): number {
    let met = 0;
    this.#each(filter, ({ channels }) => {
      for (const channel of [...channels.values()]) {
        if (!meetsChannel(channel, filter)) continue;
        action(channel);
        met++;
      }
    });
    return met;
  }
}

function replyName(code: number): ReplyName {
  const found = Object.entries(REPLY_CODES).find(([, reply]) => reply.code === code);
  if (found === undefined) throw new RangeError(`AMQP has no reply code ${code}`);
  return found[0] as ReplyName;
}
