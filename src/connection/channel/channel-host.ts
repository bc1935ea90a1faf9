/** A channel's connection, as the channel and its methods see it. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Actor } from '../../broker/operations/actor.ts';
import type { BrokerContext } from '../broker-context.ts';
import type { Endpoints } from '../lifecycle/endpoints.ts';
import type { ClientProperties } from '../lifecycle/client-properties.ts';
import type { Fault } from '../../util/guard.ts';
import type { Receipt } from '../../broker/operations/receipt.ts';
import type { TransactionConfirms } from '../../broker/operations/transaction-confirms.ts';
import type { Flow } from '../input/flow.ts';
import type { InboundQuota } from '../input/inbound-memory.ts';
import type { Writer } from '../output/writer.ts';

/** A channel, as its connection sees it. */
export interface TurnChannel {
  readonly number: number;
  /** Sends what gathered in a turn. */
  endTurn(): void;
  /** Ends the channel: what it holds returns to the broker. */
  end(): void;
}

/** Has `resume` called when a task may go on. Returns false if that is so already. */
export type Wait = (resume: () => void) => boolean;

/** Work of a client that takes time slices, and may have to wait in between. */
export interface LongTask {
  /** See SlicedTask. */
  readonly writes: boolean;
  /** Does a little of it. Returns false if nothing is left to do, or what the rest waits for. */
  step(): boolean | Wait;
}

export interface ChannelHost {
  /** Told what goes wrong with the connection alone: it ends. */
  readonly fault: Fault;
  readonly broker: BrokerContext;
  readonly vhost: Vhost;
  readonly actor: Actor;
  readonly client: ClientProperties;
  readonly endpoints: Endpoints;
  readonly writer: Writer;
  readonly flow: Flow;
  /** What its channels keep that is no message yet. */
  readonly inboundQuota: InboundQuota;
  /** False while the connection can take no delivery; its consumers are resumed when it can again. */
  readonly takesDeliveries: boolean;
  /** Has the channel's `endTurn` called at the end of this turn. */
  wakeChannel(channel: TurnChannel): void;
  /** Calls back once what the receipt is for is stored, and the messages are safe; until then no further frame is taken. */
  whenStored(receipt: Receipt<unknown>, messages: TransactionConfirms | undefined, callback: () => void): void;
  /** Does the task in time slices; until it is done no further frame is taken. */
  occupy(task: LongTask): void;
  /** Removes the channel and ends it. */
  endChannel(channel: TurnChannel): void;
}
