/** What `expect` of vitest and jest learns: `expect.extend(matchers)`. */
import { inspect } from 'node:util';
import type { DefinitionsDocument } from '../../broker/definitions/document.ts';
import type { LogFilter } from '../log/log-entry.ts';
import type { Match } from '../log/match.ts';
import type { MessageLog } from '../log/message-log.ts';
import { printMessage } from '../log/received.ts';
import type { Settled, TestQueue, WaitOptions } from '../test-queue.ts';
import type { TestVhost } from '../test-vhost.ts';

/** The matchers as tests call them; `R` is what they return, void or a promise. */
export interface LeveretMatchers<R = unknown> {
  /** Of a queue: a matching message came, or comes. With `not`: none comes until the broker is idle. */
  toReceive(match?: Match, options?: WaitOptions & { count?: number }): Promise<R>;
  /** Of a queue: no message is there when the broker is idle. */
  toStayEmpty(): Promise<R>;
  /** Of a queue: a consumer took a matching message, and this became of it. */
  toSettle(match: Match, how: Settled, options?: WaitOptions): Promise<R>;
  /** Of a queue. */
  toHaveConsumers(count: number, options?: WaitOptions): Promise<R>;
  /** Of a log: a message was published. */
  toHavePublished(filter?: Omit<LogFilter, 'kind'>): R;
  /** Of a log: no channel and no connection was closed for an error. */
  toHaveNoErrors(): R;
  /** Of a vhost or space: it declares what the definitions say, and nothing else. */
  toMatchTopology(definitions: DefinitionsDocument | string): Promise<R>;
}

interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Throws TypeError unless it can do what the matcher is for. */
function checkSubject(subject: unknown, method: string, example: string): void {
  if (typeof (subject as Record<string, unknown> | undefined | null)?.[method] === 'function') return;
  throw new TypeError(`this matcher is for ${example}, not for ${inspect(subject, { depth: 0 })}`);
}

const QUEUE = "a queue, expect(space.queue('orders'))";
const LOG = 'a log, expect(space.log)';
const VHOST = 'a vhost, expect(space)';

interface MatcherState {
  readonly isNot?: boolean;
}

/** Passes if the wait ends well; its error says why not. */
async function outcomeOf(wait: Promise<unknown>): Promise<Outcome> {
  try {
    await wait;
    return { pass: true, message: () => 'it was to be otherwise' };
  } catch (error) {
    return { pass: false, message: () => (error as Error).message };
  }
}

export const matchers = {
  async toReceive(this: MatcherState, queue: TestQueue, match?: Match, options?: WaitOptions & { count?: number }) {
    checkSubject(queue, 'toReceive', QUEUE);
    if (this.isNot !== true) return outcomeOf(queue.toReceive(match, options));
    const { pass, message } = await outcomeOf(queue.toReceiveNothing('until idle', match));
    return { pass: !pass, message };
  },

  async toStayEmpty(queue: TestQueue) {
    checkSubject(queue, 'toReceiveNothing', QUEUE);
    const { pass, message } = await outcomeOf(queue.toReceiveNothing('until idle'));
    const { messages } = queue;
    if (!pass || messages.length === 0) return { pass, message };
    const lines = messages.slice(0, 10).map((lying) => `  ${printMessage(lying)}`);
    return {
      pass: false,
      message: () => `queue '${queue.name}' has ${messages.length} messages:\n${lines.join('\n')}`,
    };
  },

  toSettle(queue: TestQueue, match: Match, how: Settled, options?: WaitOptions) {
    checkSubject(queue, 'toSettle', QUEUE);
    return outcomeOf(queue.toSettle(match, how, options));
  },

  toHaveConsumers(queue: TestQueue, count: number, options?: WaitOptions) {
    checkSubject(queue, 'toHaveConsumers', QUEUE);
    return outcomeOf(queue.toHaveConsumers(count, options));
  },

  toHavePublished(log: MessageLog, filter: Omit<LogFilter, 'kind'> = {}): Outcome {
    checkSubject(log, 'published', LOG);
    const pass = log.published(filter).length > 0;
    return { pass, message: () => `${pass ? 'such a message' : 'no such message'} was published:\n${log.last(20)}` };
  },

  toHaveNoErrors(log: MessageLog): Outcome {
    checkSubject(log, 'errors', LOG);
    const errors = log.errors();
    const lines = errors.map(
      ({ error, connection, channel }) => `  ${error?.text} (${connection}, channel ${channel})`,
    );
    return {
      pass: errors.length === 0,
      message: () => `the broker closed for ${errors.length} errors:\n${lines.join('\n')}`,
    };
  },

  async toMatchTopology(vhost: TestVhost, definitions: DefinitionsDocument | string): Promise<Outcome> {
    checkSubject(vhost, 'topologyDifferences', VHOST);
    const differences = await vhost.topologyDifferences(definitions);
    return { pass: differences.length === 0, message: () => `the topology differs:\n  ${differences.join('\n  ')}` };
  },
};
