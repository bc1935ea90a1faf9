/** Tags of users and vhosts: a list, or a text with commas. */
import { badRequest } from '../http/problem.ts';

/** Throws HttpProblem 400. */
export function readTags(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string')
    return value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return value;
  throw badRequest('tags must be a list or a comma-separated text');
}
