/** How far behind the consumers of a stream are, and how fast they catch up: by what the broker said of them before. */
import { useRef } from 'preact/hooks';
import type { Consumer } from '../../api/types.ts';
import { duration } from '../../format.ts';
import { consumerKey } from '../../parts/consumers.tsx';
import { texts } from '../../texts.ts';

interface Lag {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly messages: number;
}

/** Answers that are looked back at. */
const MOST = 12;

/** By consumer, the oldest first. */
export type Lags = ReadonlyMap<string, readonly Lag[]>;

export function useLags(consumers: readonly Consumer[]): Lags {
  const last = useRef<readonly Consumer[]>([]);
  const lags = useRef<Lags>(new Map());
  if (last.current !== consumers) {
    last.current = consumers;
    const at = Date.now();
    lags.current = new Map(
      consumers.flatMap((consumer) => {
        const { lag: messages } = consumer;
        const key = consumerKey(consumer);
        return messages === undefined ? [] : [[key, [...(lags.current.get(key) ?? []), { at, messages }].slice(-MOST)]];
      }),
    );
  }
  return lags.current;
}

/** The time until it has all there is, if all goes on as it does. */
export function catchingUp(consumer: Consumer, lags: Lags): string {
  if (consumer.lag === undefined || consumer.lag === 0) return '';
  const known = lags.get(consumerKey(consumer)) ?? [];
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return '';
  const speed = (first.messages - last.messages) / (last.at - first.at);
  return speed > 0 ? duration(last.messages / speed) : texts.consumers.never;
}
