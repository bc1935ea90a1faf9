/** A value that parts of the page watch. */
import { useEffect, useState } from 'preact/hooks';

export class Signal<Value> {
  readonly #watchers = new Set<() => void>();
  #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set value(value: Value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Returns what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

/** The value; the component is drawn again when it changes. */
export function useSignal<Value>(signal: Signal<Value>): Value {
  const [, redraw] = useState({});
  const { value } = signal;
  useEffect(() => {
    // It may have changed between the drawing and now.
    if (!Object.is(value, signal.value)) redraw({});
    return signal.watch(() => redraw({}));
  }, [signal]);
  return value;
}
