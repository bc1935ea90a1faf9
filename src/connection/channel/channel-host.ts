/** A channel's connection, as the channel and its methods see it. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Actor } from '../../broker/operations/actor.ts';
import type { BrokerContext } from '../broker-context.ts';
import type { Endpoints } from '../lifecycle/endpoints.ts';
import type { ClientProperties } from '../lifecycle/client-properties.ts';
import type { Fault } from '../../util/guard.ts';
import type { PendingReplies } from '../lifecycle/pending-replies.ts';
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
  readonly pendingReplies: Pick<PendingReplies, 'whenStored' | 'occupy'>;
  /** Removes the channel and ends it. */
  endChannel(channel: TurnChannel): void;
}
