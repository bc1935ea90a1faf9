/** The file of a Unix socket, before a broker listens on it. */
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { hear, rethrow } from '../util/guard.ts';

/** Removes what a process left behind that was killed. Leaves all else to be told of by the attempt to listen. */
export async function prepareUnixSocket(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file?.isSocket() === true && !(await isListenedOn(path))) rmSync(path, { force: true });
}

/** False if nobody does. */
function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (isOne: boolean): void => {
      socket.destroy();
      resolve(isOne);
    };
    hear(socket, 'connect', rethrow, () => answer(true));
    hear(socket, 'error', rethrow, ({ code }: NodeJS.ErrnoException) => answer(code !== 'ECONNREFUSED'));
  });
}
