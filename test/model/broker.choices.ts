/** What the rules leave open: the model takes it from the broker, or says that it cannot know. */
import { type ConsumerModel, hasRoom } from './queue.model.ts';

/** What the broker chose where it may choose. */
export interface Choices {
  /** The consumer of the nth message that the queue delivered in this step. */
  consumer(queue: string, nth: number): string | undefined;
  /** Queues in the order in which they take a message. */
  order(queues: ReadonlySet<string>, exchange: string, keys: readonly string[]): readonly string[];
}

/** Two things fall on the same moment, and either may come first. */
export class Ambiguous extends Error {}

/** The consumers that may get the next message, equal to the rules. */
export function candidates(consumers: readonly ConsumerModel[]): ConsumerModel[] {
  const able = consumers.filter(hasRoom);
  if (able.some(({ held }) => held)) throw new Ambiguous();
  const highest = Math.max(...able.map(({ priority }) => priority));
  return able.filter(({ priority }) => priority === highest);
}
