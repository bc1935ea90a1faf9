/** What a test asks a daemon by the control socket in its data folder, where nobody need say who asks. */
import type { Answer, Verb } from '../../../src/cli/commands/exchange.ts';
import { socketPlace } from '../../../src/cli/commands/socket-place.ts';
import { controlSocketAddress } from '../../../src/util/control-socket.ts';

/** Rejects unless the daemon does it. */
export async function askDaemon(folder: string, method: Verb, path: string, body = ''): Promise<string> {
  const address = controlSocketAddress(folder);
  try {
    const place = socketPlace(address.path);
    const { status, text }: Answer = await place.exchange({ method, path, headers: {}, body }, undefined);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text;
  } finally {
    address.release();
  }
}
