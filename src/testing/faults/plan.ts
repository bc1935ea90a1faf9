/** The faults as the connections ask for them: at each occasion the oldest that fits, and has not had its fill. */
import type { Socket } from 'node:net';
import type { AmqpError } from '../../protocol/amqp-error.ts';
import type { Method } from '../../protocol/generated/methods.ts';
import type { Message } from '../../broker/message/message.ts';
import type { Refusal } from '../../broker/access/identity.ts';
import type { ClientChannel, ClientConnection } from '../../broker/operations/clients.ts';
import type { FaultPlan, FaultyChannel, PublishFault } from '../../connection/faults.ts';
import { hear, rethrow } from '../../util/guard.ts';
import type { Inside } from '../inside.ts';
import { ReceivedMessage } from '../log/received.ts';
import type { Fault } from './fault.ts';
import { type ChannelFilter, meetsChannel, meetsConnection, meetsPublish, type PublishFilter } from './filters.ts';
import type { Occasion } from './occasion.ts';

/** What a fault does; undefined at an occasion that is not its own. */
interface Rule extends Partial<FaultPlan> {
  /** Called again for a broker that was started again. */
  readonly begin?: () => void;
  readonly end?: () => void;
}

export class Plan implements FaultPlan {
  readonly #inside: Inside;
  readonly #rules = new Map<Fault, Rule>();

  constructor(inside: Inside) {
    this.#inside = inside;
  }

  onAccept(fault: Fault, how: 'reset' | 'no answer'): Fault {
    return this.#add(fault, {
      accepted: (socket) => {
        if (!fault.strikes({})) return false;
        hear(socket, 'error', rethrow, () => undefined);
        if (how === 'reset') socket.resetAndDestroy();
        else fault.hold(() => socket.resetAndDestroy());
        return true;
      },
    });
  }

  onSignIn(fault: Fault): Fault {
    return this.#add(fault, {
      signedIn: (user) => (fault.strikes({ user }) ? { refusal: `user '${user}' - refused by the test` } : undefined),
    });
  }

  onOpen(fault: Fault, refusal: () => AmqpError): Fault {
    return this.#add(fault, {
      opened: (user, vhost) => {
        if (fault.strikes({ user, vhost })) throw refusal();
      },
    });
  }

  onPublish(fault: Fault, filter: PublishFilter, action: (connection: ClientConnection) => PublishFault): Fault {
    return this.onEachPublish(fault, filter, (strikes, connection) => (strikes() ? action(connection) : undefined));
  }

  /** `action`: called for each message that fits, and to ask itself whether the fault strikes. */
  onEachPublish(
    fault: Fault,
    filter: PublishFilter,
    action: (strikes: () => boolean, connection: ClientConnection) => PublishFault | undefined,
  ): Fault {
    return this.#add(fault, {
      published: (channel, message) => {
        const { vhost } = channel.connection;
        const seen = new ReceivedMessage(message, vhost.name, this.#inside.messageTime, channel.identity);
        const connection = this.#connectionOf(channel);
        if (!meetsPublish(connection, seen, filter)) return undefined;
        return action(() => fault.strikes({ ...occasionOf(connection, channel), message: seen }), connection);
      },
    });
  }

  onMethod(fault: Fault, name: string, filter: ChannelFilter, holdUp: (resume: () => void) => void): Fault {
    return this.#add(fault, {
      handled: (channel, method) => {
        if (method.name !== name || !meetsChannel(channel, filter)) return undefined;
        const connection = this.#connectionOf(channel);
        const queue = 'queue' in method ? method.queue : undefined;
        const occasion = { ...occasionOf(connection, channel), method: name, queue };
        if (!meetsConnection(connection, filter) || !fault.strikes(occasion)) return undefined;
        return (resume) => {
          holdUp(resume);
          return true;
        };
      },
    });
  }

  /** `action` is called when the delivery is made, with its channel and its number in the queue. */
  onDelivery(fault: Fault, queue: string, action: (channel: ClientChannel, seq: number) => void): Fault {
    const end = this.#inside.observe((event) => {
      // Each message once: the delivery that this brings about is none of its occasions.
      if (event.type !== 'delivered' || event.queue !== queue || event.redelivered || event.seq < 0) return;
      const { by, seq, vhost, message } = event;
      const connection = this.#connectionWhere(({ endpoints }) => endpoints.name === by.connection);
      const channel = connection?.channels.get(by.channel);
      if (connection === undefined || channel === undefined) return;
      const seen = new ReceivedMessage(message, vhost, this.#inside.messageTime, undefined);
      if (!fault.strikes({ ...occasionOf(connection, channel), queue, message: seen })) return;
      this.#inside.context.clock.soon(() => action(channel, seq));
    });
    return this.#add(fault, { end });
  }

  /** `begin` has the broker in trouble, `end` out of it. */
  whileActive(fault: Fault, begin: () => void, end: () => void): Fault {
    return this.#add(fault, { begin, end });
  }

  /** For a broker that was started again. */
  startedAgain(): void {
    if (this.#rules.size === 0) return;
    this.#inside.context.faults = this;
    for (const { begin } of this.#rules.values()) begin?.();
  }

  end(fault: Fault): void {
    this.#rules.get(fault)?.end?.();
    this.#rules.delete(fault);
    if (this.#rules.size === 0) this.#inside.context.faults = undefined;
  }

  // FaultPlan

  accepted(socket: Socket): boolean {
    for (const { accepted } of this.#rules.values()) if (accepted?.(socket) === true) return true;
    return false;
  }

  opened(user: string, vhost: string): void {
    for (const { opened } of this.#rules.values()) opened?.(user, vhost);
  }

  signedIn(user: string): Refusal | undefined {
    for (const { signedIn } of this.#rules.values()) {
      const refusal = signedIn?.(user);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  published(channel: FaultyChannel, message: Message): PublishFault | undefined {
    for (const { published } of this.#rules.values()) {
      const fault = published?.(channel, message);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  handled(channel: FaultyChannel, method: Method): ReturnType<FaultPlan['handled']> {
    for (const { handled } of this.#rules.values()) {
      const wait = handled?.(channel, method);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  #add(fault: Fault, rule: Rule): Fault {
    this.#rules.set(fault, rule);
    this.#inside.context.faults = this;
    rule.begin?.();
    return fault;
  }

  #connectionOf(channel: FaultyChannel): ClientConnection {
    return this.#connectionWhere(({ channels }) => channels.get(channel.number) === channel)!;
  }

  #connectionWhere(isMeant: (connection: ClientConnection) => boolean): ClientConnection | undefined {
    return [...this.#inside.context.connections].find(isMeant);
  }
}

function occasionOf({ client, user, vhost }: ClientConnection, { number: channel }: ClientChannel): Occasion {
  return { name: client.connectionName, user, vhost: vhost?.name, channel };
}
