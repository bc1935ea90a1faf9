/** Reads back what the store holds: everything but the messages themselves. */
import { bodiesIn, numbersIn } from '../engine/page-bodies.ts';
import { counterProblem, knownProblem, pageProblem } from '../engine/row-problems.ts';
import { parameterWith, type TextChange, userWith } from '../engine/sealed-record.ts';
import type { Counters } from '../engine/stored-ids.ts';
import { deliveredOf, type StoreContents } from '../engine/unloaded-logs.ts';
import { NOT_OPENED, type Seal } from '../sealing/seal.ts';
import type {
  ExchangeRecord,
  ParameterRecord,
  Delivered,
  QueueRecord,
  RecoveredPage,
  UserRecord,
} from '../stored-records.ts';
import type { StoreError } from '../store.ts';
import type { CopiedRow } from './copy-out.ts';
import { decodeRecord } from './entities.ts';
import { PAGE_COLUMNS, pageHeaderIn } from './page-columns.ts';
import type { Session } from './session.ts';

type Damaged = (problem: string) => StoreError;

export interface Recovered extends StoreContents {
  readonly counters: Counters;
}

const PAGES = `COPY (
  SELECT ${PAGE_COLUMNS}, bytes, bodies, settled.checksum, bitmap, redelivered.checksum, messages
    FROM page LEFT JOIN settled ON settled.page_id = id LEFT JOIN redelivered ON redelivered.page_id = id
   ORDER BY id, first_seq) TO STDOUT BINARY`;
/** Those too of which a crash left only the beginning. */
const BODIES = `COPY (
  SELECT DISTINCT body_id, 0::bigint FROM body_part WHERE NOT EXISTS (SELECT FROM body WHERE id = body_id)
   UNION ALL SELECT id, bytes FROM body) TO STDOUT BINARY`;

/** Throws what `damaged` makes if something makes no sense. */
export async function readState(session: Session, fresh: boolean, seal: Seal, damaged: Damaged): Promise<Recovered> {
  const of = await readEntities(session, (problem) => {
    throw damaged(problem);
  });
  const bodies = new Map<number, number>();
  await session.copyOut(BODIES, (row) => bodies.set(row.bigint(0), row.bigint(1)));
  const pages = await readPages(session, damaged);
  const opened: TextChange = (place, stored) => {
    const text = seal.openText(place, stored);
    if (text === undefined) throw damaged(`${place.join(' ')} ${NOT_OPENED}`);
    return text;
  };
  const state: StoreContents['state'] = {
    fresh,
    vhosts: of('vhost'),
    exchanges: of<ExchangeRecord>('exchange').map((row) => ({ ...row, logId: row.logId })),
    queues: of<QueueRecord>('queue').sort((a, b) => a.id - b.id),
    bindings: of('binding'),
    users: of<UserRecord>('user').map((row) => userWith(row, opened)!),
    permissions: of('permission'),
    parameters: of<ParameterRecord>('parameter').map((row) => parameterWith(row, opened)!),
    bodies,
  };
  const counters = await readCounters(session);
  const problem = counterProblem(counters, state, pages);
  if (problem !== undefined) throw damaged(problem);
  return { state, pages, delivered: await readDelivered(session), counters };
}

export async function readCounters(session: Session): Promise<Counters> {
  const { rows } = await session.query('SELECT name, next FROM id_range');
  const next = new Map(rows.map(([name, value]) => [name, Number(value)]));
  const of = (name: keyof Counters): number => next.get(name) ?? NaN;
  return { queue: of('queue'), page: of('page'), body: of('body') };
}

/** All that is declared, by its kind. `damaged`: told of what makes no sense, which is left out. */
export async function readEntities(
  session: Session,
  damaged: (problem: string) => void,
): Promise<<Row>(kind: string) => Row[]> {
  const records = new Map<string, unknown[]>();
  // Row by row as they come: if there are very many, all at once would take longer than this node may be silent.
  await session.copyOut('COPY entity (kind, record) TO STDOUT BINARY', (row) => {
    const kind = row.text(0);
    let list = records.get(kind);
    if (list === undefined) records.set(kind, (list = []));
    try {
      list.push(decodeRecord(row.text(1)));
    } catch (error) {
      damaged(`a record of kind ${kind} makes no sense: ${(error as Error).message}`);
    }
  });
  return <Row>(kind: string) => (records.get(kind) ?? []) as Row[];
}

/** By queue. */
async function readDelivered(session: Session): Promise<Map<number, Delivered>> {
  const { rows } = await session.query('SELECT queue_id, lane, delivered FROM progress ORDER BY queue_id, lane');
  return deliveredOf(rows.map((row) => row.map(Number) as [number, number, number]));
}

async function readPages(session: Session, damaged: Damaged): Promise<RecoveredPage[]> {
  const pages: RecoveredPage[] = [];
  await session.copyOut(PAGES, (row) => {
    const part = pageIn(row);
    const problem = pageProblem(part);
    if (problem !== undefined) throw damaged(`page ${part.id} ${problem}`);
    const before = pages.at(-1);
    if (before?.id === part.id) {
      pages[pages.length - 1] = extended(before, part);
      return;
    }
    pages.push({ ...part, ...knownOf(part.id, row, damaged) });
  });
  return pages.sort((a, b) => a.queueId - b.queueId || a.first - b.first || a.id - b.id);
}

function pageIn(row: CopiedRow): RecoveredPage {
  const page = { ...pageHeaderIn(row), bytes: row.int(6) };
  return row.isNull(7) ? page : { ...page, ...bodiesIn(row.bytes(7)) };
}

function extended(page: RecoveredPage, { last, count, bytes, bodyBytes: added }: RecoveredPage): RecoveredPage {
  const { bodyBytes, ...rest } = page;
  const whole = { ...rest, last, count: page.count + count, bytes: page.bytes + bytes };
  return bodyBytes === undefined || added === undefined ? whole : { ...whole, bodyBytes: bodyBytes + added };
}

/** There may be very many pages: most have none of it. */
function knownOf(id: number, row: CopiedRow, damaged: Damaged): Pick<RecoveredPage, 'settled' | 'redelivered'> {
  const settled = row.isNull(9) ? null : Buffer.from(row.bytes(9));
  const again = row.isNull(11) ? null : row.bytes(11);
  const problem =
    knownProblem(id, 'settled', settled, settled && row.int(8)) ??
    knownProblem(id, 'delivered again', again, again && row.int(10));
  if (problem !== undefined) throw damaged(`page ${id} ${problem}`);
  return {
    ...(settled === null ? undefined : { settled }),
    ...(again === null ? undefined : { redelivered: numbersIn(again) }),
  };
}
