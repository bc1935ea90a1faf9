/** The networks that clients come by: each socket is behind one, which is as fast as ever unless a fault says otherwise. */
import type { Ends } from '../../connection/lifecycle/endpoints.ts';
import type { Transport } from '../../connection/transport.ts';
import { hear } from '../../util/guard.ts';
import type { Inside } from '../inside.ts';
import type { Fault } from './fault.ts';
import { type ConnectionFilter, meetsConnection } from './filters.ts';
import type { Network } from './line.ts';
import { SlowSocket } from './slow-socket.ts';

interface Rule {
  readonly network: Network;
  readonly filter: ConnectionFilter;
}

export class Networks {
  readonly #inside: Inside;
  readonly #rules = new Map<Fault, Rule>();
  readonly #sockets = new Set<SlowSocket>();
  /** The same chances in each run (Park and Miller's generator). */
  #chance = 1;

  constructor(inside: Inside) {
    this.#inside = inside;
    this.carry();
  }

  /** Has all connections of the broker that come from now on pass here. */
  carry(): void {
    this.#inside.context.carry = (transport) => this.#carried(transport);
  }

  slow(fault: Fault, rule: Rule): void {
    this.#rules.set(fault, rule);
  }

  end(fault: Fault): void {
    if (this.#rules.delete(fault)) for (const socket of this.#sockets) socket.release();
  }

  #carried(transport: Transport): Transport {
    const { clock } = this.#inside.context;
    const network = () => this.#networkOf(transport.ends);
    const socket = new SlowSocket(transport.socket, clock, network, () => this.#nextChance());
    this.#sockets.add(socket);
    hear(socket, 'close', this.#inside.node.fault, () => this.#sockets.delete(socket));
    // It copies what is written and answers at once: its buffer is free then, and must not be given back twice.
    return { ...transport, socket, layered: false };
  }

  /** The oldest rule that fits; undefined if none does. A client that has not said its name yet has none. */
  #networkOf({ peerHost, peerPort }: Ends): Network | undefined {
    if (this.#rules.size === 0) return undefined;
    const connection = [...this.#inside.context.connections].find(
      ({ endpoints }) => endpoints.peerPort === peerPort && endpoints.peerHost === peerHost,
    );
    for (const [fault, { network, filter }] of this.#rules) {
      const fits = connection === undefined ? Object.keys(filter).length === 0 : meetsConnection(connection, filter);
      if (fits && fault.strikes({})) return network;
    }
    return undefined;
  }

  /** From 0 up to 1. */
  #nextChance(): number {
    this.#chance = (this.#chance * 48_271) % 0x7fffffff;
    return this.#chance / 0x7fffffff;
  }
}
