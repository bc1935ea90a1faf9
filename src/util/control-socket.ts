/** Where a broker listens for the commands of who operates it: a Unix socket in its data folder. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

export const CONTROL_SOCKET = 'control.sock';

/** Who comes by it, as logs and answers name him, and where from. */
export const OPERATOR = { user: 'rmq-internal', peer: 'control socket' } as const;

/** Paths below it are the process's, which may start and stop the broker; all others are the broker's. */
export const PROCESS_PATH = '/process/';

/** What commands ask of the process. `halt`: the broker ends for good, and the process with it if it is there for the broker alone. */
export const PROCESS_WISHES = ['start', 'stop', 'reset', 'halt'] as const;
export type ProcessWish = (typeof PROCESS_WISHES)[number];

/** Whether the broker runs in its process, or waits for its store: asked by GET. A health check costs no more than that. */
export const PROCESS_STATE = `${PROCESS_PATH}state`;
export type ProcessState = 'running' | 'stopped' | 'waiting';

/** Why what is stored is not reset, if that is why: the process says so, and a command has RabbitMQ's words for it. */
export const BROKER_RUNS = 'the broker is running';

/** The key that the store is sealed with: PUT changes it, GET says how far it is with what earlier ones have sealed. Of a broker that runs. */
export const STORE_KEY = `${PROCESS_PATH}store-key`;

/** The most octets that the address of a Unix socket has, on any system. */
const LONGEST_ADDRESS = 103;

export interface SocketAddress {
  readonly path: string;
  /** To be called when the address is no longer needed. */
  release(): void;
}

/**
 * The address of the socket in a folder. If the folder's own name is too long to be in an address, Linux has a short one for it, as
 * long as it is kept open.
 */
export function controlSocketAddress(folder: string): SocketAddress {
  const path = join(folder, CONTROL_SOCKET);
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS || process.platform !== 'linux') return { path, release: () => {} };
  const descriptor = openSync(folder, 'r');
  return { path: `/proc/self/fd/${descriptor}/${CONTROL_SOCKET}`, release: () => closeSync(descriptor) };
}
