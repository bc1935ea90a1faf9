/** Where the page is: all of it stands in the address behind `#`, so that a link leads another person to the same view. RabbitMQ's links work. */
import { Signal, useSignal } from './signal.ts';

interface Route {
  /** Decoded: `#/queues/%2F/orders` is queues, /, orders. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const current = new Signal(read());
window.addEventListener('hashchange', () => (current.value = read()));

function read(): Route {
  const [path = '', query = ''] = window.location.hash.slice(1).split(/\?(.*)/s);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decode),
    query: new URLSearchParams(query),
  };
}

/** A part that is no percent-encoding stands for itself. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function useRoute(): Route {
  return useSignal(current);
}

export type QueryChanges = Readonly<Record<string, string | number | undefined>>;

/** The address of a view. */
export function href(path: readonly (string | number)[], query: QueryChanges = {}): string {
  const text = path.map((part) => `/${encodeURIComponent(String(part).toWellFormed())}`).join('');
  return `#${text || '/'}${queryText(new URLSearchParams(), query)}`;
}

export function go(path: readonly (string | number)[], query?: QueryChanges): void {
  window.location.hash = href(path, query);
}

/** Changes the query in place: going back leads to the view before, not to each change. */
export function setQuery(changes: QueryChanges): void {
  const [path] = window.location.hash.split('?');
  window.history.replaceState(null, '', `${path || '#/'}${queryText(current.value.query, changes)}`);
  current.value = read();
}

function queryText(old: URLSearchParams, changes: QueryChanges): string {
  const query = new URLSearchParams(old);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
