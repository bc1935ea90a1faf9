/** Whether the broker answers, and what it says of changes. */
import { ApiError, heard } from '../api/client.ts';
import { type BrokerEvent, listen } from '../api/events.ts';
import { Signal } from './signal.ts';

const AGAIN_AFTER_MS = 1500;

/** `lost`: it does not answer; the page tries again. */
export const live = new Signal<'connecting' | 'live' | 'lost'>('connecting');

const listeners = new Set<(event: BrokerEvent) => void>();

/** Returns what ends it. */
export function onEvent(listener: (event: BrokerEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

heard.reached = (isReached) => {
  if (!isReached) live.value = 'lost';
  else if (live.value === 'lost') live.value = 'live';
};

/** Listens as long as somebody is signed in. Returns what ends it. */
export function follow(): () => void {
  const ended = new AbortController();
  void followUntil(ended.signal);
  return () => ended.abort();
}

async function followUntil(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await listen((event) => {
        live.value = 'live';
        for (const listener of listeners) listener(event);
      }, signal);
    } catch (error) {
      // Nobody is signed in, or too many listen: asking now and then does too.
      if (error instanceof ApiError && error.status === 401) return;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}
