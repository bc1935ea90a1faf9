/** Which resource a request is for, by its path. */
import { HttpProblem } from './problem.ts';
import type { Resource } from './resource.ts';

/** Names have up to 255 octets, which percent-encoding makes three times as many. */
const LONGEST_SEGMENT = 1000;
const ROOT = '/api/';
/** What a proxy may send before the path (RFC 9112, 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?#]*/;

export interface Place {
  readonly resource: Resource;
  /** What stands in the path for names, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly resource: Resource;
  /** A name begins with `:`. */
  readonly segments: readonly string[];
}

export class Paths {
  /** By their number of segments; words before names. */
  readonly #patterns: ReadonlyMap<number, readonly Pattern[]>;

  constructor(resources: readonly Resource[]) {
    const patterns = resources.map((resource) => ({ resource, segments: resource.path.slice(1).split('/') }));
    this.#patterns = Map.groupBy(patterns.sort(wordsFirst), ({ segments }) => segments.length);
  }

  /** With or without a slash at its end. Undefined if there is no such path. Throws HttpProblem 400 for what is no path. */
  find(url: string): Place | undefined {
    const [path] = url.replace(ORIGIN, '').split(/[?#]/, 1);
    const segments = path.slice(ROOT.length).replace(/\/$/, '').split('/').map(decoded);
    if (!path.startsWith(ROOT)) return undefined;
    const found = this.#patterns
      .get(segments.length)
      ?.find((pattern) => pattern.segments.every((each, i) => each.startsWith(':') || each === segments[i]));
    if (found === undefined) return undefined;
    const names = found.segments.flatMap((each, i) => (each.startsWith(':') ? [[each.slice(1), segments[i]]] : []));
    return { resource: found.resource, params: Object.fromEntries(names) as Record<string, string> };
  }
}

function wordsFirst({ resource: one }: Pattern, { resource: other }: Pattern): number {
  return rankOf(one) < rankOf(other) ? -1 : 1;
}

function rankOf({ path }: Resource): string {
  return path.replaceAll(':', '\uffff');
}

function decoded(segment: string): string {
  const name = segment.length > LONGEST_SEGMENT ? undefined : textOf(segment);
  if (name === undefined) throw new HttpProblem(400, undefined);
  return name;
}

function textOf(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
