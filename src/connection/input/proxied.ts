/** Reads the headers of the PROXY protocol from sockets that come from trusted addresses: only who is trusted may say who somebody else is. */
import { BlockList, isIPv6, type Socket } from 'node:net';
import type { Clock } from '../../util/clock.ts';
import { type Fault, hear } from '../../util/guard.ts';
import { peerOf, plainAddress } from '../../util/ip-address.ts';
import type { Logger } from '../../util/logger.ts';
import type { Ends } from '../lifecycle/endpoints.ts';
import { readProxyHeader } from './proxy-header.ts';

export interface ProxySettings {
  /** Addresses and networks (`10.0.0.0/8`); `all` is every one. */
  readonly from: readonly string[];
  /** Until a socket without a whole header is dropped, in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told what goes wrong with one of them, which is dropped. */
  readonly fault: Fault;
}

export class ProxiedSockets {
  readonly #settings: ProxySettings;
  readonly #trusted = new BlockList();
  readonly #waiting = new Set<Socket>();

  constructor(settings: ProxySettings) {
    this.#settings = settings;
    for (const place of settings.from) {
      const [address, bits] = place.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (place === 'all') continue;
      if (bits === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(bits), family);
    }
  }

  /**
   * Calls `ready` with the ends that a trusted peer names, or undefined: then those of the socket count. A trusted peer has to say whom it connects
   * for, or it is dropped. `socket`: paused, and not read from yet; what follows the header is still to be read from it.
   */
  accept(socket: Socket, ready: (ends: Ends | undefined) => void): void {
    if (!this.#trusts(plainAddress(socket.remoteAddress))) {
      ready(undefined);
      return;
    }
    this.#waiting.add(socket);
    const timer = this.#settings.clock.after(this.#settings.timeout, () => drop('nothing came'));
    let received = Buffer.alloc(0);
    const done = (): void => {
      timer.cancel();
      this.#waiting.delete(socket);
      for (const end of heard) end();
    };
    const drop = (reason: string): void => {
      done();
      this.#settings.log.warn({ peer: peerOf(socket), reason }, 'no header of the PROXY protocol');
      hear(socket, 'error', fault, () => {});
      socket.destroy();
    };
    const read = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      received = Buffer.concat([received, chunk]);
      const header = readProxyHeader(received);
      if (header === 'wrong') drop('something else came');
      if (typeof header === 'string') return;
      done();
      if (received.length > header.length) socket.unshift(received.subarray(header.length));
      ready(header.ends);
    };
    const fault: Fault = (error) => {
      socket.destroy();
      this.#settings.fault(error);
    };
    const heard = [
      hear(socket, 'readable', fault, read),
      hear(socket, 'error', fault, done),
      hear(socket, 'close', fault, done),
    ];
  }

  /** Drops those whose header is not there yet. */
  stop(): void {
    for (const socket of [...this.#waiting]) socket.destroy();
  }

  #trusts(address: string): boolean {
    if (this.#settings.from.includes('all')) return true;
    return address !== '' && this.#trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}
