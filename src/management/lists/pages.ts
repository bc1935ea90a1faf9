/** Which part of a list is asked for, and by which names (RabbitMQ: HTTP API, "Pagination"). */
import { compilePattern } from '../../broker/access/pattern.ts';
import { PatternMatcher } from '../../broker/access/pattern-matcher.ts';
import { systemClock } from '../../util/system.ts';
import { badRequest, HttpProblem } from '../http/problem.ts';
import type { Query } from '../http/query.ts';

export interface PageRequest {
  /** From 1. */
  readonly number: number;
  readonly size: number;
  readonly name: string;
  readonly isPattern: boolean;
}

export interface PageCounts {
  readonly filtered_count: number;
  readonly item_count: number;
  readonly page: number;
  readonly page_count: number;
  readonly page_size: number;
  readonly total_count: number;
}

const DEFAULT_SIZE = 100;
const LARGEST_SIZE = 500;

/** Undefined if no page is asked for: then the filter does not count either. Throws HttpProblem 400. */
export function readPage(query: Query): PageRequest | undefined {
  if (!query.has('page')) return undefined;
  const number = integer(query.get('page'), 1);
  const size = integer(query.get('page_size'), DEFAULT_SIZE);
  if (number < 1 || size < 1 || size > LARGEST_SIZE) {
    const asked = query.has('page_size') ? size : 'undefined';
    const reason = `Invalid pagination parameters: page number ${number}, page size ${asked}`;
    throw new HttpProblem(400, { error: 'invalid_pagination_parameters', reason });
  }
  return { number, size, name: query.get('name') ?? '', isPattern: query.isTrue('use_regex') };
}

/** Undefined if all names are meant. Throws HttpProblem 400 for what is no regular expression. */
export function nameFilter({ name, isPattern }: PageRequest): ((name: string) => boolean) | undefined {
  if (name === '') return undefined;
  if (!isPattern) {
    const wanted = name.toLowerCase();
    return (other) => other.toLowerCase().includes(wanted);
  }
  try {
    const pattern = compilePattern(name);
    const matcher = new PatternMatcher(systemClock);
    return (other) => matcher.matches(pattern, other);
  } catch {
    throw invalid();
  }
}

/** The place of the first item of a page. */
export function startOf({ number, size }: PageRequest): number {
  return (number - 1) * size;
}

/** `filtered`: how many the filter leaves. Throws HttpProblem 400 for a page behind the last. */
export function countsOf(page: PageRequest, filtered: number, total: number): PageCounts {
  const { number, size } = page;
  const count = Math.ceil(filtered / size);
  if (number > Math.max(count, 1)) {
    const reason = `Page out of range, page: ${number} page size: ${size}, len: ${filtered}`;
    throw new HttpProblem(400, { error: 'page_out_of_range', reason });
  }
  return {
    filtered_count: filtered,
    item_count: Math.min(size, filtered - startOf(page)),
    page: number,
    page_count: count,
    page_size: size,
    total_count: total,
  };
}

function integer(text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (!/^-?\d{1,15}$/.test(text)) throw invalid();
  return Number(text);
}

function invalid(): HttpProblem {
  return badRequest('Pagination parameters are invalid');
}
