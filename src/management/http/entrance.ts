/** The ways by which requests come in, and what each of them says of who asks. */
import type { IncomingMessage } from 'node:http';
import { isLoopback, plainAddress } from '../../util/ip-address.ts';
import { OperatorPrincipal, type Principal } from './principal.ts';

export interface Peer {
  /** The IP address: failed logins are counted by it. */
  readonly host: string;
  /** With the port. */
  readonly address: string;
  /** True if it is on this machine, if only users of this machine may come in. */
  readonly loopback: boolean;
}

export interface Entrance {
  /** Who asks, if nobody need say so. */
  principalOf(request: IncomingMessage): Principal | undefined;
  peerOf(request: IncomingMessage): Peer;
}

/** A port: who asks says so, by name and password. */
export const networkEntrance: Entrance = {
  principalOf: () => undefined,
  peerOf: ({ socket: { remoteAddress, remotePort = 0 } }) => {
    const host = plainAddress(remoteAddress);
    return { host, address: `${host}:${remotePort}`, loopback: isLoopback(host) };
  },
};

const OPERATOR = new OperatorPrincipal();
const THIS_MACHINE: Peer = { host: 'control socket', address: 'control socket', loopback: true };

/** The control socket: whoever may open it may do everything. A request with a name and a password is that user's, as anywhere. */
export const controlEntrance: Entrance = {
  principalOf: ({ headers }) => (headers.authorization === undefined ? OPERATOR : undefined),
  peerOf: () => THIS_MACHINE,
};
