/** Reads the whole store and says all that is wrong with it: `leveret store check`. The nodes may run meanwhile. */
import { type CheckReport, type RecordsCheck, REFERENCES, StoreCheck } from '../engine/store-check.ts';
import { topologyProblems } from '../engine/topology-check.ts';
import type { Seal } from '../sealing/seal.ts';
import type {
  BindingRecord,
  ExchangeRecord,
  ParameterRecord,
  PermissionRecord,
  QueueRecord,
  UserRecord,
  VhostRecord,
} from '../stored-records.ts';
import { readCounters, readEntities } from './recovery.ts';
import { PAGE_COLUMNS, pageHeaderIn } from './page-columns.ts';
import type { Session } from './session.ts';
import { attempt, type Scanned, TableScan } from './table-scan.ts';

/**
 * `session`: in a transaction of one snapshot. `seal`: what rows are opened by; with `UNKNOWN` nothing is checked of what sealed bytes hold. Rejects
 * with what the database says that is no damage.
 */
export async function checkDatabase(session: Session, checkRecords: RecordsCheck, seal: Seal): Promise<CheckReport> {
  const check = new StoreCheck(checkRecords, seal);
  for (const scanned of tablesOf(check)) await new TableScan(session, check, scanned).run();
  check.bodiesEnd();
  await attempt(session, check, 'what is declared', () => checkTopology(session, check));
  return check.report;
}

function tablesOf(check: StoreCheck): readonly Scanned[] {
  return [
    {
      what: 'page',
      numbers: 'SELECT DISTINCT id FROM page ORDER BY id',
      rows: `SELECT ${PAGE_COLUMNS}, bytes, page.checksum, bodies, data, settled.checksum, bitmap,
          redelivered.checksum, messages, log
        FROM page LEFT JOIN settled ON settled.page_id = page.id LEFT JOIN redelivered ON redelivered.page_id = page.id
          LEFT JOIN entity ON log = queue_id
        WHERE page.id = ANY($numbers) ORDER BY page.id, first_seq`,
      take: (row) =>
        check.page({
          ...pageHeaderIn(row),
          bytes: row.int(6),
          checksum: row.int(7),
          bodies: row.blob(8),
          data: row.bytes(9),
          bitmapChecksum: row.isNull(10) ? null : row.int(10),
          bitmap: row.blob(11),
          messagesChecksum: row.isNull(12) ? null : row.int(12),
          messages: row.blob(13),
          owner: row.isNull(14) ? null : row.bigint(14),
        }),
    },
    {
      what: 'the parts of body',
      numbers: 'SELECT DISTINCT body_id FROM body_part ORDER BY body_id',
      rows: 'SELECT body_id, start, checksum, data FROM body_part WHERE body_id = ANY($numbers) ORDER BY body_id, start',
      take: (row) => check.part(row.bigint(0), { start: row.bigint(1), checksum: row.int(2), data: row.bytes(3) }),
    },
    {
      what: 'body',
      numbers: 'SELECT id FROM body ORDER BY id',
      rows: 'SELECT id, bytes, checksum, data FROM body WHERE id = ANY($numbers) ORDER BY id',
      take: (row) => check.body(row.bigint(0), { bytes: row.bigint(1), checksum: row.int(2), data: row.bytes(3) }),
    },
    {
      what: 'keys',
      numbers: 'SELECT id FROM seen ORDER BY id',
      rows: `SELECT id, queue_id, newest, count, checksum, keys, log FROM seen LEFT JOIN entity ON log = queue_id AND kind = 'queue'
        WHERE id = ANY($numbers) ORDER BY id`,
      take: (row) =>
        check.seen({
          id: row.bigint(0),
          queueId: row.bigint(1),
          newest: row.bigint(2),
          count: row.int(3),
          checksum: row.int(4),
          data: row.bytes(5),
          owner: row.isNull(6) ? null : row.bigint(6),
        }),
    },
  ];
}

async function checkTopology(session: Session, check: StoreCheck): Promise<void> {
  for (const reference of REFERENCES) check.dangling(reference, await numbersOf(session, reference.sql));
  const of = await readEntities(session, (problem) => check.problem(problem));
  for (const user of of<UserRecord>('user')) check.password(user);
  for (const parameter of of<ParameterRecord>('parameter')) check.parameter(parameter);
  const last = async (ids: string): Promise<number> =>
    (await numbersOf(session, `SELECT coalesce(max(id), 0) FROM (${ids}) AS used (id)`))[0];
  const problems = topologyProblems({
    vhosts: of<VhostRecord>('vhost'),
    exchanges: of<ExchangeRecord>('exchange'),
    queues: of<QueueRecord>('queue'),
    bindings: of<BindingRecord>('binding'),
    permissions: of<PermissionRecord>('permission'),
    deliveredOf: await numbersOf(session, 'SELECT DISTINCT queue_id FROM progress'),
    counters: await readCounters(session),
    used: {
      queue: await last('SELECT log FROM entity'),
      page: await last('SELECT id FROM page'),
      body: await last('SELECT id FROM body UNION ALL SELECT body_id FROM body_part'),
    },
  });
  for (const problem of problems) check.problem(problem);
}

async function numbersOf(session: Session, sql: string): Promise<number[]> {
  return (await session.query(sql)).rows.map(([number]) => Number(number));
}
