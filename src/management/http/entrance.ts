/** The ways by which requests come in, and what each of them says of who asks. */
import type { IncomingMessage } from 'node:http';
import { OPERATOR } from '../../util/control-socket.ts';
import { isLoopback, peerOf, plainAddress } from '../../util/ip-address.ts';
import { OperatorPrincipal, type Principal } from './principal.ts';

export interface Peer {
  /** The IP address: failed logins are counted by it. */
  readonly host: string;
  /** With the port. */
  readonly address: string;
  /** True if it is on this machine, if only users of this machine may come in. */
  readonly loopback: boolean;
  /** True if nobody on the way reads along: TLS. */
  readonly secure: boolean;
  /** True once it waits for no answer any more. */
  readonly gone: boolean;
}

export interface Entrance {
  /** Who asks, if nobody need say so. */
  principalOf(request: IncomingMessage): Principal | undefined;
  peerOf(request: IncomingMessage): Peer;
}

/** A port: who asks says so, by name and password. */
export const networkEntrance: Entrance = {
  principalOf: () => undefined,
  peerOf: ({ socket }) => {
    const host = plainAddress(socket.remoteAddress);
    const { encrypted: secure = false } = socket as { readonly encrypted?: boolean };
    return {
      host,
      address: peerOf(socket),
      loopback: isLoopback(host),
      secure,
      get gone() {
        return socket.destroyed;
      },
    };
  },
};

const ANYBODY = new OperatorPrincipal();
const THIS_MACHINE: Peer = {
  host: OPERATOR.peer,
  address: OPERATOR.peer,
  loopback: true,
  secure: true,
  gone: false,
};

/** The control socket: whoever may open it may do everything. A request with a name and a password is that user's, as anywhere. */
export const controlEntrance: Entrance = {
  principalOf: ({ headers }) => (headers.authorization === undefined ? ANYBODY : undefined),
  peerOf: () => THIS_MACHINE,
};
