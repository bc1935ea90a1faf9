/**
 * The schema, and who may use it. Every step only adds, so that nodes of two versions can use one database while they are replaced one by
 * one; a node refuses a schema that is newer than itself.
 */
import type { SealedKey } from '../sealing/data-keys.ts';
import { StoreError } from '../store.ts';
import { BINDING_INDEX } from './binding-ends.ts';
import { putKey } from './sealing-table.ts';
import { stateOf } from './server-errors.ts';
import type { Session } from './session.ts';

/** The version that this code reads and writes. */
export const SCHEMA_VERSION = 4;

/** Rows that are inserted once and deleted once leave as many dead ones: they are taken away by their number, and without a pause. */
const BUSY = 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0';

const VERSION_1 = `
  -- One row: what all nodes agree on. active: the node that serves the queues.
  CREATE TABLE cluster (
    one bool PRIMARY KEY DEFAULT true CHECK (one), schema_version int NOT NULL, feature_level int NOT NULL DEFAULT 1,
    topology bigint NOT NULL DEFAULT 0, active int);
  -- A row a node. epoch: which life of it. batch: the last that was committed in that life. beat: moves while it lives.
  CREATE TABLE node (
    id int PRIMARY KEY, name text NOT NULL UNIQUE, epoch bigint NOT NULL, alive bool NOT NULL, batch bigint NOT NULL, beat bigint NOT NULL,
    session int, version text, since timestamptz NOT NULL DEFAULT now()) WITH (fillfactor = 10, ${BUSY});
  -- What is declared and configured. key: the identity of the record, hashed, as names may be longer than an index takes. log: the number
  -- of the messages' log that it has.
  CREATE TABLE entity (
    kind text NOT NULL, key text NOT NULL, vhost text NOT NULL, username text NOT NULL, log bigint, record text NOT NULL,
    PRIMARY KEY (kind, key));
  CREATE UNIQUE INDEX entity_of_log ON entity (log);
  -- The next number of each kind; of nodes only once one of them was forgotten.
  CREATE TABLE id_range (name text PRIMARY KEY, next bigint NOT NULL);
  -- Messages in the form of src/broker/log. A page that was extended has several rows.
  CREATE TABLE page (
    id bigint NOT NULL, queue_id bigint NOT NULL, base bigint NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL,
    count int NOT NULL, bytes int NOT NULL, checksum int NOT NULL, bodies bytea, data bytea NOT NULL,
    PRIMARY KEY (id, first_seq)) WITH (${BUSY});
  ALTER TABLE page ALTER data SET STORAGE EXTERNAL;
  CREATE INDEX page_of_queue ON page (queue_id);
  CREATE TABLE settled (page_id bigint PRIMARY KEY, checksum int NOT NULL, bitmap bytea NOT NULL)
    WITH (fillfactor = 50, ${BUSY});
  CREATE TABLE redelivered (page_id bigint PRIMARY KEY, checksum int NOT NULL, messages bytea NOT NULL)
    WITH (fillfactor = 50, ${BUSY});
  -- How far queues were delivered. lane: the priority.
  CREATE TABLE progress (queue_id bigint, lane int, delivered bigint NOT NULL, PRIMARY KEY (queue_id, lane))
    WITH (fillfactor = 50, ${BUSY});
  CREATE TABLE body (id bigint PRIMARY KEY, bytes bigint NOT NULL, checksum int NOT NULL, data bytea NOT NULL);
  ALTER TABLE body ALTER data SET STORAGE EXTERNAL;
  CREATE TABLE body_part (
    body_id bigint, start bigint, checksum int NOT NULL, data bytea NOT NULL, PRIMARY KEY (body_id, start));
  ALTER TABLE body_part ALTER data SET STORAGE EXTERNAL;
  CREATE TABLE seen (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, queue_id bigint NOT NULL, newest bigint NOT NULL, count int NOT NULL, checksum int NOT NULL,
    keys bytea NOT NULL) WITH (${BUSY});
  CREATE INDEX seen_of_queue ON seen (queue_id);
  INSERT INTO id_range VALUES ('queue', 1), ('page', 1), ('body', 1);
  INSERT INTO cluster (schema_version) VALUES (1);`;

/** A page says in `bodies` how large those of its messages are (page-bodies.ts), which a node of version 1 would misread: no release had that. */
const VERSION_2 = 'UPDATE cluster SET schema_version = 2 WHERE schema_version < 2;';

/**
 * The keys that rows are sealed by (sealing-table.ts). A store is sealed while no node uses it, so that no node that does not know of it has one that is.
 * Behind the UPDATE, which has nodes that start at the same moment come one after the other.
 */
const VERSION_3 = `UPDATE cluster SET schema_version = 3 WHERE schema_version < 3;
  CREATE TABLE IF NOT EXISTS sealing (id int PRIMARY KEY, wrapped bytea NOT NULL);`;

/** A node of an earlier version has no use for it, and writes what it takes in all the same. */
const VERSION_4 = `UPDATE cluster SET schema_version = 4 WHERE schema_version < 4; ${BINDING_INDEX};`;

/** What others find who made it at the same moment: an object, or a row of the catalogue, is there already. */
const MADE_BY_OTHERS = ['42P06', '42P07', '23505'];

/**
 * Creates the schema if it is missing, and returns whether it did. `key`: what a new store is sealed by; undefined: it is not. Throws StoreError if there is a newer
 * schema, or something else of that name.
 */
export async function openSchema(session: Session, schema: string, key: SealedKey | undefined): Promise<boolean> {
  const version = await versionOf(session, schema);
  if (version === undefined) return create(session, schema, key);
  refuseNewer(version, schema);
  if (version < SCHEMA_VERSION) await session.query(VERSION_2 + VERSION_3 + VERSION_4);
  return false;
}

/** Throws StoreError if there is none of Leveret's, or one of another version. */
export async function checkSchema(session: Session, schema: string): Promise<void> {
  const version = await versionOf(session, schema);
  if (version === undefined)
    throw new StoreError(`There is no store in the schema "${schema}": choose one with ?schema=NAME.`);
  refuseNewer(version, schema);
  if (version < SCHEMA_VERSION)
    throw new StoreError(
      `The schema "${schema}" is of version ${version}: a node of this Leveret brings it to ${SCHEMA_VERSION}.`,
    );
}

function refuseNewer(version: number, schema: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new StoreError(
    `The schema "${schema}" is of version ${version}, from a newer Leveret; this one knows ${SCHEMA_VERSION}. Run that version, or one that is newer still.`,
  );
}

async function create(session: Session, schema: string, key: SealedKey | undefined): Promise<boolean> {
  try {
    const place = `CREATE SCHEMA IF NOT EXISTS ${quoted(schema)};`;
    await session.query(`BEGIN; ${place} ${VERSION_1} ${VERSION_2} ${VERSION_3} ${VERSION_4}`);
    await session.run([...(key === undefined ? [] : [putKey(key)]), { text: 'COMMIT' }]);
    return true;
  } catch (error) {
    await session.query('ROLLBACK');
    if (!MADE_BY_OTHERS.includes(stateOf(error) ?? '')) throw error;
    if ((await versionOf(session, schema)) !== undefined) return false;
    throw new StoreError(`The schema "${schema}" has tables that are not Leveret's. Choose another with ?schema=NAME.`);
  }
}

/** Undefined if it has nothing of Leveret's. */
async function versionOf(session: Session, schema: string): Promise<number | undefined> {
  try {
    const { rows } = await session.query('SELECT schema_version FROM cluster');
    return Number(rows[0]?.[0]);
  } catch (error) {
    // No such table.
    if (stateOf(error) === '42P01') return undefined;
    if (stateOf(error) === '42703')
      throw new StoreError(
        `The schema "${schema}" has a table "cluster" that is not Leveret's. Choose another with ?schema=NAME.`,
      );
    throw error;
  }
}

/** As an identifier in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
