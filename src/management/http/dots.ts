/**
 * Names that no URL carries: who follows the rules for URLs, as all browsers do, takes `.` and `..` out of a path, percent-encoded too. They stand in the
 * query instead, by the place of the segment in the path behind /api, and any other name stands in the path: `/api/queues/%2F/-?segment3=..`.
 */

const SEGMENT = /^segment([1-9])$/;
/** What a path has before its first segment: '' and 'api'. */
const BEFORE = 1;

/** The URL with such names where they belong. */
export function withDots(url: string): string {
  if (!url.includes('segment')) return url;
  const [path, query = ''] = url.split(/\?(.*)/s);
  const parts = path.split('/');
  for (const [key, name] of new URLSearchParams(query)) {
    const place = Number(SEGMENT.exec(key)?.[1]) + BEFORE;
    if (place < parts.length && (name === '.' || name === '..')) parts[place] = name;
  }
  return `${parts.join('/')}?${query}`;
}
