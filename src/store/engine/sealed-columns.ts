/** The columns that are sealed, in tables that engines have alike: where the bytes of a row belong, and what they are checked by. */
import type { Place, Seal } from '../sealing/seal.ts';
import type { PageHeader, SeenHeader } from '../stored-records.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from './checksum.ts';
import { bodyPartPlace, bodyPlace, pagePlace, seenPlace } from './places.ts';

/** `Row`: what `place` and `checksum` are told of. */
export interface SealedColumn<Row> {
  readonly table: string;
  readonly column: string;
  place(row: Row): Place;
  checksum(row: Row, data: Uint8Array): number;
}

/** `bodies`: as they are stored, see page-bodies.ts. */
export type PageRow = Omit<PageHeader, 'bodies'> & { readonly bodies: Uint8Array | null };

export const PAGE: SealedColumn<PageRow> = {
  table: 'page',
  column: 'data',
  place: pagePlace,
  checksum: (row, data) => pageChecksum(row, row.bodies, data),
};

export const BODY: SealedColumn<{ readonly id: number; readonly bytes: number }> = {
  table: 'body',
  column: 'data',
  place: ({ id, bytes }) => bodyPlace(id, bytes),
  checksum: ({ id, bytes }, data) => bodyChecksum(id, bytes, data),
};

export const BODY_PART: SealedColumn<{ readonly id: number; readonly start: number }> = {
  table: 'body_part',
  column: 'data',
  place: ({ id, start }) => bodyPartPlace(id, start),
  checksum: ({ id, start }, data) => bodyPartChecksum(id, start, data),
};

export const SEEN: SealedColumn<SeenHeader> = {
  table: 'seen',
  column: 'keys',
  place: seenPlace,
  checksum: seenChecksum,
};

/** What a row has of it. */
export interface SealedBytes {
  readonly data: Uint8Array;
  readonly checksum: number;
}

/**
 * What was sealed by one, sealed by another; undefined if it is not as it was written, or cannot be opened. A row that is damaged stays so for whoever
 * reads it: a new checksum must not cover that up.
 */
export function sealedAnew<Row>(
  column: SealedColumn<Row>,
  row: Row,
  { data, checksum }: SealedBytes,
  from: Seal,
  to: Seal,
): SealedBytes | undefined {
  // In a damaged row a column may be of any type.
  if (!(data instanceof Uint8Array) || column.checksum(row, data) !== checksum) return undefined;
  const place = column.place(row);
  const opened = from.open(place, data);
  if (opened === undefined) return undefined;
  const sealed = to.close(place, opened);
  return { data: sealed, checksum: column.checksum(row, sealed) };
}

/** The same for what is stored as text, which has no checksum. */
export function textSealedAnew(place: Place, stored: string, from: Seal, to: Seal): string | undefined {
  const text = from.openText(place, stored);
  return text === undefined ? undefined : to.closeText(place, text);
}
