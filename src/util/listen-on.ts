/** Has a server listen, with as little as that takes of a start. */
import net, { isIPv4, type Server } from 'node:net';
import type { ListeningPlace } from './ip-address.ts';

/**
 * What Node makes of an address before it listens there: exported for its module `cluster`, and not documented. Whoever calls `listen` with an address
 * has it looked up and asked whether it is one of IPv6, by an expression that each process takes 10 ms to compile: half of a broker's start in memory.
 */
type CreateHandle = (address: string, port: number, addressType: 4 | 6) => object | number;
const { _createServerHandle: createHandle } = net as unknown as { readonly _createServerHandle?: CreateHandle };

/** Rejects with the system's error if it cannot listen. Of a path it is bound by the time that this returns. */
export async function listenOn(server: Server, place: ListeningPlace | { readonly path: string }): Promise<void> {
  const handle = 'path' in place ? undefined : boundHandle(place);
  // If that fails, Node is to say why: of a handle it does not know the address.
  if (handle !== undefined && (await listens(server, handle))) return;
  await listening(server, 'path' in place ? place : toListenOn(place));
}

function listens(server: Server, handle: object): Promise<boolean> {
  return listening(server, handle).then(
    () => true,
    () => false,
  );
}

function listening(server: Server, on: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const listened = (): void => {
      server.off('error', failed);
      resolve();
    };
    const failed = (error: Error): void => {
      server.off('listening', listened);
      reject(error);
    };
    server.once('error', failed).once('listening', listened);
    server.listen(on);
  });
}

/** Undefined if it has to be had by `listen`: it is no address of IPv4, or cannot be had at all. */
function boundHandle({ port, host }: ListeningPlace): object | undefined {
  if (!isIPv4(host)) return undefined;
  try {
    const handle = createHandle?.(host, port, 4);
    return typeof handle === 'object' ? handle : undefined;
  } catch {
    // Other runtimes have the name alone.
    return undefined;
  }
}

/** All addresses are the default of Node's `listen`: then it listens on those of IPv4 alone if there are no others. */
function toListenOn({ port, host }: ListeningPlace): { readonly port: number; readonly host?: string } {
  return host === '::' ? { port } : { port, host };
}
