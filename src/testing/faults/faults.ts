/** `broker.faults`: what goes wrong between the broker and its clients, at an exact moment. A fault strikes until it is lifted. */
import { unknownKey } from '../../config/nearest.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';
import { METHOD_IDS } from '../../protocol/generated/methods.ts';
import type { ClientConnection } from '../../broker/operations/clients.ts';
import type { PublishFault } from '../../connection/faults.ts';
import { unawaited } from '../../util/guard.ts';
import { checkNumber, checkWord } from '../check.ts';
import type { Inside } from '../inside.ts';
import { pageOfNext } from './damage.ts';
import { Fault, type Trigger } from './fault.ts';
import { type ChannelFilter, checkFilter, type ConnectionFilter, type PublishFilter } from './filters.ts';
import { Interruptions } from './interruptions.ts';
import { checkNetwork, type Network } from './line.ts';
import { Networks } from './networks.ts';
import { Plan } from './plan.ts';
import { replyName } from './reply-name.ts';

/** Milliseconds; or until the fault is released, or lifted. */
export type HoldUp = number | 'until released';

const METHODS = Object.keys(METHOD_IDS);

function checkHoldUp(by: HoldUp): void {
  if (by !== 'until released') checkNumber("how late (or 'until released')", by);
}

export class Faults extends Interruptions {
  readonly #inside: Inside;
  readonly #plan: Plan;
  readonly #networks: Networks;
  readonly #active = new Set<Fault>();
  #alarms = 0;

  /** @internal */
  constructor(inside: Inside) {
    super(inside);
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
    this.dropSilent();
    for (const fault of this.#active) fault.lift();
  }

  /**
   * Clients that come are reset, or get no answer; or they are told that their password is wrong; or they are refused by connection.close, with a code
   * such as 530, when they open their vhost.
   */
  refuseConnections(
    how: 'reset' | 'no answer' | 'wrong password' | { code: number; text: string },
    trigger?: Trigger,
  ): Fault {
    if (typeof how === 'string') checkWord('how', how, ['reset', 'no answer', 'wrong password']);
    const fault = this.#begin('refuseConnections', trigger);
    if (how === 'wrong password') return this.#plan.onSignIn(fault);
    if (typeof how === 'string') return this.#plan.onAccept(fault, how);
    const { code, text } = how;
    return this.#plan.onOpen(fault, () => new AmqpError(replyName(code), text));
  }

  /** Nobody listens where clients of AMQP come in: their systems refuse to connect (ECONNREFUSED). Those who are in stay. `hits` is 1 from the beginning. */
  closePorts(): Fault {
    const close = (): void => this.#inside.controls.suspendListeners();
    const open = (): void => unawaited(this.#inside.node.fault, this.#inside.controls.resumeListeners());
    return this.#plan.whileActive(this.#beginAtOnce('closePorts'), close, open);
  }

  /** The broker does not take messages: their publishers get basic.nack, if they asked for confirms. */
  nackPublishes(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#onPublish('nackPublishes', filter, trigger, () => ({ refused: true }));
  }

  /** As if no binding matched: messages go back if they are mandatory, and else are gone. */
  unroutable(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#onPublish('unroutable', filter, trigger, () => ({ unroutable: true }));
  }

  /** Messages are taken, and the confirms come late. */
  delayConfirms(by: HoldUp, filter: PublishFilter = {}, trigger?: Trigger): Fault {
    checkHoldUp(by);
    return this.#onPublish('delayConfirms', filter, trigger, (_, fault) => ({
      hold: (release) => this.#holdUp(fault, by, release),
    }));
  }

  /** Messages are taken, and the connection is reset before the confirm. */
  loseConfirms(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    return this.#onPublish('loseConfirms', filter, trigger, (connection) => ({ hold: () => connection.drop() }));
  }

  /**
   * A message arrives behind the next that fits, instead of before it; its publisher has its confirm at once. If no other comes, `release()` lets it
   * go on.
   */
  reorder(filter: PublishFilter = {}, trigger?: Trigger): Fault {
    checkFilter('publish', filter);
    const fault = this.#begin('reorder', trigger);
    let letGo: (() => void) | undefined;
    return this.#plan.onEachPublish(fault, filter, (strikes) => {
      if (letGo !== undefined) return { then: letGo };
      if (!strikes()) return undefined;
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
    checkWord('resource', resource, ['memory', 'disk']);
    const cause = `test ${++this.#alarms}`;
    const set = (low: boolean) => (): void => this.#inside.node.alarms.set(resource, low, cause);
    return this.#plan.whileActive(this.#begin('block'), set(true), set(false));
  }

  /**
   * A method is handled late: `basic.consume`, `queue.declare`; until then nothing else is heard of its connection, as by a broker that is
   * overloaded.
   */
  delayReplies(method: string, by: HoldUp, filter: ChannelFilter = {}, trigger?: Trigger): Fault {
    if (!METHODS.includes(method)) throw new TypeError(`method: ${unknownKey(method, METHODS)}`);
    checkHoldUp(by);
    checkFilter('channel', filter);
    const fault = this.#begin('delayReplies', trigger);
    return this.#plan.onMethod(fault, method, filter, (resume) => this.#holdUp(fault, by, resume));
  }

  /** Messages of a queue are delivered twice: while the consumer has one, it is delivered again, as redelivered. */
  duplicateDeliveries(queue: string, trigger?: Trigger): Fault {
    return this.#plan.onDelivery(this.#begin('duplicateDeliveries', trigger), queue, (channel, seq) =>
      channel.settleUnasked('failed', (name, number) => name === queue && number === seq),
    );
  }

  /**
   * Nothing can be written, as if the disk were full: what is persistent is not confirmed, what is durable is not declared, and publishers are
   * blocked. What is written meanwhile is written when the fault is lifted, and lost by a crash. `hits` is 1 from the beginning.
   */
  diskFull(): Fault {
    const { disk } = this.#inside;
    const fault = this.#beginAtOnce('diskFull');
    return this.#plan.whileActive(
      fault,
      () => disk.fill(fault),
      () => disk.end(fault),
    );
  }

  /** Each batch that is written takes so many milliseconds longer: confirms of persistent messages, and answers to declarations of durable things, come late. */
  slowDisk(ms: number, trigger?: Trigger): Fault {
    checkNumber('milliseconds', ms, 1);
    const { disk } = this.#inside;
    const fault = this.#begin('slowDisk', trigger);
    return this.#plan.whileActive(
      fault,
      () => disk.slow(fault, ms),
      () => disk.end(fault),
    );
  }

  /**
   * What the disk has of a queue's next message cannot be read: the queue stops when its turn comes, its consumers are cancelled, and who asks for
   * messages is refused with 406; when the fault is lifted it goes on as soon as somebody asks. If other messages of its page are at consumers, it is
   * still in memory, and that is so only when the broker was started again. Resolves when it is stored and damaged.
   * @throws Error if there is no such queue, or its next message is not stored
   */
  async corruptNext(queue: string, { vhost }: Pick<ConnectionFilter, 'vhost'> = {}): Promise<Fault> {
    const { disk, context } = this.#inside;
    const pageId = await pageOfNext(this.#inside, vhost ?? context.config.defaultVhost, queue);
    const fault = this.#begin('corruptNext');
    return this.#plan.whileActive(
      fault,
      () => disk.damage(fault, pageId, queue),
      () => disk.end(fault),
    );
  }

  /**
   * What clients say and hear is late, thin, or in pieces, in both directions, as on a slow network. Heartbeats pass by it too. When the fault is
   * lifted, what is on its way arrives at once.
   */
  network(network: Network, filter: ConnectionFilter = {}): Fault {
    checkNetwork(network);
    checkFilter('connection', filter);
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
    this.forgetSilent();
    this.#plan.startedAgain();
  }

  #onPublish(
    kind: string,
    filter: PublishFilter,
    trigger: Trigger | undefined,
    act: (connection: ClientConnection, fault: Fault) => PublishFault,
  ): Fault {
    checkFilter('publish', filter);
    const fault = this.#begin(kind, trigger);
    return this.#plan.onPublish(fault, filter, (connection) => act(connection, fault));
  }

  #begin(kind: string, trigger: Trigger = {}): Fault {
    const fault = new Fault(kind, trigger, this.#inside.waits, () => {
      this.#active.delete(fault);
      this.#plan.end(fault);
    });
    this.#active.add(fault);
    return fault;
  }

  /** Something that is so from now on, and strikes nobody in particular. */
  #beginAtOnce(kind: string): Fault {
    const fault = this.#begin(kind);
    fault.strikes({});
    return fault;
  }

  #holdUp(fault: Fault, by: HoldUp, resume: () => void): void {
    const release = fault.hold(resume);
    if (by !== 'until released') this.#inside.context.clock.after(by, release);
  }
}
