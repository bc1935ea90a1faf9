/** `listeners.tcp.NAME = PORT`, `= ADDRESS:PORT` or `= unix:PATH:0`, and `listeners.ssl` the same without the last; there is one listener of each here. */
import type { SettingName } from '../option.ts';
import { type ConfEntry, keyOf } from './entry.ts';
import type { Meaning } from './meaning.ts';

interface Address {
  readonly entry: ConfEntry;
  /** Undefined: every address. */
  readonly host: string | undefined;
  readonly port: number;
}

/** The last colon divides the two, also in `::1:5672`. */
const ADDRESS = /^(?:(.+):)?(\d+)$/;

/** As RabbitMQ has it from 4.4 on. The port means nothing. */
const UNIX_ADDRESS = /^(?:unix|local):(.+):0$/;

/** `port` and `host`: the options that the listener is set by; `unix`: that of a Unix socket, if there may be one. */
export function readListeners(port: SettingName, host: SettingName, unix?: SettingName) {
  return (entries: readonly ConfEntry[], meaning: Meaning): void => {
    const addresses: Address[] = [];
    const sockets = unix === undefined ? [] : entries.filter(({ value }) => UNIX_ADDRESS.test(value));
    for (const [index, entry] of sockets.entries()) {
      if (index === 0) meaning.set(unix!, entry, UNIX_ADDRESS.exec(entry.value)![1]);
      else meaning.refuse(entry, `there is one Unix socket here, and ${keyOf(sockets[0])} names it`);
    }
    for (const entry of entries) {
      if (sockets.includes(entry)) continue;
      const match = ADDRESS.exec(entry.value);
      if (entry.path.length === 2 && entry.value === 'none') {
        meaning.set(port, entry, 'none', true);
      } else if (entry.path.length !== 3 || match === null) {
        meaning.refuse(entry, `must be a port, or an address and a port, such as ${keyOf(entry)} = 127.0.0.1:5672`);
      } else {
        addresses.push({ entry, host: match[1]?.replace(/^\[(.*)\]$/, '$1'), port: Number(match[2]) });
      }
    }
    const listener = addresses.find(isEvery) ?? addresses[0];
    if (listener === undefined) {
      // Those that are named are all there are.
      if (sockets.length === entries.length && sockets.length > 0) meaning.set(port, sockets[0], 'none', true);
      return;
    }
    const beside = addresses.find(
      (other) => other.port !== listener.port || (!isEvery(listener) && other.host !== listener.host),
    );
    if (beside !== undefined) {
      meaning.refuse(beside.entry, `there is one listener of the kind here, and ${keyOf(listener.entry)} names it`);
      return;
    }
    meaning.set(port, listener.entry, listener.port);
    if (listener.host !== undefined) meaning.set(host, listener.entry, listener.host);
  };
}

function isEvery({ host }: Address): boolean {
  return host === undefined || host === '::' || host === '0.0.0.0';
}
