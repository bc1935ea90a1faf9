/**
 * What the commands ask on the control socket of the process, and not of the broker in it: whether it runs, to stop, to start, to end. The daemon answers all of
 * it (src/cli/application.ts); a program that has a broker in it starts it itself, and is only asked to end that.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  PROCESS_PATH,
  PROCESS_STATE,
  PROCESS_WISHES,
  type ProcessState,
  type ProcessWish,
} from '../util/control-socket.ts';
import { unawaited } from '../util/guard.ts';
import type { Logger } from '../util/logger.ts';

/** Undefined for a request that asks something else. */
export function wishOf({ method, url }: IncomingMessage): ProcessWish | 'state' | undefined {
  if (method === 'GET') return url === PROCESS_STATE ? 'state' : undefined;
  return method === 'POST' ? PROCESS_WISHES.find((wish) => url === PROCESS_PATH + wish) : undefined;
}

export function send(response: ServerResponse, status: number, body?: object): void {
  response.statusCode = status;
  response.setHeader('connection', 'close');
  if (body === undefined) response.end();
  else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

export function sendState(response: ServerResponse, state: ProcessState): void {
  send(response, 200, { state });
}

/** The answer of a program. `end`: stops its broker. */
export function requestsOfProgram(end: () => Promise<void>, log: Logger): RequestListener {
  return (request, response) => {
    switch (wishOf(request)) {
      case 'state':
        return sendState(response, 'running');
      case 'halt':
        log.info({}, 'a command stops the broker; the program that has it goes on');
        // The socket that this came by ends with the broker.
        send(response, 202, {});
        unawaited((error) => log.error({ err: error }, 'the broker did not stop as it should'), end());
        return;
      default:
        return send(response, 404, { error: 'not_found', reason: 'a program has this broker: it starts and stops it' });
    }
  };
}
