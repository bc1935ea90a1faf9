/** Asking the broker again and again, as long as somebody looks. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, ask } from '../api/client.ts';
import { sentAlong } from '../api/sent.ts';
import { onEvent } from './live.ts';

/** How often figures are new: the broker notes rates as often. */
const EVERY_MS = 5000;
/** Changes that come together are looked at once. */
const GATHER_MS = 400;

export interface Answer<Data> {
  /** The last that came, for this path. */
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
  readonly refresh: () => void;
}

interface AnswerOptions {
  /** Milliseconds; 0 for once. */
  readonly every?: number;
  /** Types of events after which it is asked at once. */
  readonly on?: readonly string[];
}

interface Question<Data> {
  readonly answer?: Data;
  readonly error?: ApiError;
}

/** What is asked by GET when a person wants it, and not again. */
export function useQuestion<Data>(): Question<Data> & { readonly put: (path: string) => Promise<void> } {
  const [said, setSaid] = useState<Question<Data>>({});
  const put = async (path: string): Promise<void> => {
    try {
      setSaid({ answer: await ask<Data>('GET', path) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setSaid({ error });
    }
  };
  return { ...said, put };
}

/** What is known of the answer, and to which path that was. */
interface Known<Data> {
  readonly path?: string | undefined;
  readonly data?: Data;
  readonly error?: ApiError;
}

function knownAtFirst<Data>(path: string | undefined): Known<Data> {
  const data = path === undefined ? undefined : sentAlong<Data>(path);
  return data === undefined ? {} : { path, data };
}

/** The answer to GET; undefined while the path is undefined. */
export function useAnswer<Data>(
  path: string | undefined,
  { every = EVERY_MS, on = [] }: AnswerOptions = {},
): Answer<Data> {
  const [answer, setAnswer] = useState<Known<Data>>(() => knownAtFirst(path));
  /** What came with the page need not be asked for at once. */
  const isKnown = useRef(answer.path !== undefined);
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (path === undefined) return undefined;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    /** Something changed while it was asked: what comes may be from before. */
    let isOld = false;
    const now = async (): Promise<void> => {
      clearTimeout(timer);
      if (asking) {
        isOld = true;
        return;
      }
      asking = true;
      isOld = false;
      try {
        const data = await ask<Data>('GET', path, { signal: ended.signal });
        setAnswer({ path, data });
      } catch (error) {
        if (ended.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        // That the broker does not answer is said once, above all views.
        if (error.status > 0) setAnswer((last) => ({ ...(last.path === path && last), path, error }));
      } finally {
        asking = false;
      }
      if (isOld) later(GATHER_MS);
      else if (every > 0) later(every);
    };
    const later = (ms: number): void => {
      clearTimeout(timer);
      // Nobody sees it: it is asked when somebody does.
      timer = setTimeout(() => void (document.hidden ? later(ms) : now()), ms);
    };
    again.current = () => void now();
    const stop = onEvent(({ type }) => {
      if (!on.includes(type)) return;
      isOld = asking;
      later(GATHER_MS);
    });
    if (!isKnown.current) void now();
    else if (every > 0) later(every);
    isKnown.current = false;
    return () => {
      ended.abort();
      clearTimeout(timer);
      stop();
    };
  }, [path, every, on.join()]);
  const refresh = useCallback(() => again.current(), []);
  const isCurrent = answer.path === path;
  return { data: isCurrent ? answer.data : undefined, error: isCurrent ? answer.error : undefined, refresh };
}
