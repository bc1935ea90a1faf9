/**
 * What an import has yet to change, as the store keeps it: some changes a page, each under its number, and behind the last page a row that says
 * that they are decided. Pages without that row are of an import that had changed nothing.
 */
import { IMPORT_JOURNAL, type Parameters } from '../parameters/parameters.ts';
import type { TopologyChange } from '../../store/stored-records.ts';
import { type Change, changeOf, rowOf } from '../topology/change.ts';

const DECIDED = 'decided';
/** So many changes take less than a millisecond. */
const PAGE_CHANGES = 16;

const NO_BYTES = new Uint8Array();

export interface JournalPage {
  /** Digits, in whose order pages are. */
  readonly name: string;
  readonly changes: readonly Change[];
}

type RowWithTable = Extract<TopologyChange, { readonly record: { readonly arguments: Uint8Array } }>;
/** A row, whose encoded field table is base64: JSON has no bytes. */
type JsonRow = Exclude<TopologyChange, RowWithTable> | { readonly row: RowWithTable; readonly table: string };

export function* pagesOf(changes: readonly Change[]): Generator<JournalPage> {
  for (let at = 0; at < changes.length; at += PAGE_CHANGES) {
    yield { name: String(at / PAGE_CHANGES).padStart(9, '0'), changes: changes.slice(at, at + PAGE_CHANGES) };
  }
}

export class ImportJournal {
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  get isDecided(): boolean {
    return this.#rows.has(DECIDED);
  }

  /** What is not durable of it lasts as long as the page in memory. */
  write({ name, changes }: JournalPage): void {
    const rows = changes.map(rowOf).filter((row) => row !== undefined);
    this.#parameters.put(IMPORT_JOURNAL, '', name, rows.map(toJson));
  }

  decide(): void {
    this.#parameters.put(IMPORT_JOURNAL, '', DECIDED, true);
  }

  remove(name: string): void {
    this.#parameters.delete(IMPORT_JOURNAL, '', name);
    if (this.#rows.size === 1) this.#parameters.delete(IMPORT_JOURNAL, '', DECIDED);
  }

  /** Of an import that is not to be. */
  drop(): void {
    for (const name of this.#names()) this.remove(name);
  }

  /** Those that are there now, each read when it is its turn. */
  *pages(): Generator<JournalPage> {
    for (const name of this.#names()) {
      yield { name, changes: (this.#rows.get(name) as JsonRow[]).map(fromJson).map(changeOf) };
    }
  }

  #names(): string[] {
    return [...this.#rows.keys()].filter((name) => name !== DECIDED).sort();
  }

  get #rows(): ReadonlyMap<string, unknown> {
    return this.#parameters.of(IMPORT_JOURNAL, '');
  }
}

function toJson(row: TopologyChange): JsonRow {
  if (!hasTable(row)) return row;
  const { record } = row;
  const table = Buffer.from(record.arguments).toString('base64');
  return { row: { ...row, record: { ...record, arguments: NO_BYTES } } as RowWithTable, table };
}

function hasTable(row: TopologyChange): row is RowWithTable {
  return 'record' in row && 'arguments' in row.record;
}

function fromJson(json: JsonRow): TopologyChange {
  if (!('table' in json)) return json;
  const { row, table } = json;
  return { ...row, record: { ...row.record, arguments: Buffer.from(table, 'base64') } } as TopologyChange;
}
