/** The socket in the data folder that the commands of who operates the broker come by. */
import { chmodSync, rmSync } from 'node:fs';
import type { HttpListener } from '../management/http/listener.ts';
import { controlSocketAddress } from '../util/control-socket.ts';
import type { Logger } from '../util/logger.ts';

/** Only the user that the broker runs as, and root. */
const OWNER_ONLY = 0o600;

/**
 * Resolves with what stops it. A folder that can have no socket (some mounts of a container's host cannot) costs the commands and nothing else: the
 * log says so, and the broker starts.
 */
export async function listenForControl(
  folder: string,
  listener: HttpListener,
  log: Logger,
): Promise<{ stop(): Promise<void> } | undefined> {
  if (process.platform === 'win32') return undefined;
  const address = controlSocketAddress(folder);
  try {
    // One of a broker that was killed: the folder is ours alone.
    rmSync(address.path, { force: true });
    const listening = listener.start({ path: address.path });
    // It is bound by now, and nobody was let in yet.
    chmodSync(address.path, OWNER_ONLY);
    await listening;
    const stop = async (): Promise<void> => {
      await listener.stop();
      address.release();
    };
    return { stop };
  } catch (error) {
    address.release();
    log.warn({ err: error, folder }, 'the data folder takes no socket: commands reach this broker by --url only');
    return undefined;
  }
}
