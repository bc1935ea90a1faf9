/**
 * Writes the stored file of the schema version that this code has, for versions.test.ts to open for ever after: run once, when
 * the version is new. `node test/recovery/stored/make.ts`
 */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker } from '../../../src/index.ts';
import { compactStore } from '../../../src/store/sqlite/copies.ts';
import { SCHEMA_VERSION } from '../../../src/store/sqlite/schema/schema.ts';
import { definitionsOf, publishMessages } from './content.ts';
import { storedFile } from './files.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'leveret-stored-'));
const broker = await Broker.start({ port: 0, dataDir, logLevel: 'silent', definitions: definitionsOf(SCHEMA_VERSION) });
await publishMessages(broker.url);
await broker.stop();
compactStore(dataDir);
renameSync(join(dataDir, 'leveret.db'), storedFile(SCHEMA_VERSION));
rmSync(dataDir, { recursive: true });
