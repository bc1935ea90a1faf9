/**
 * Somebody removes, moves or truncates a file of the data folder while the broker works: what is confirmed from then on is kept, or the broker
 * stops confirming and says so. Nothing is lost without a word. LEVERET_FOLDER_ROUNDS=20 does each to each file.
 */
import { existsSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfirmChannel } from 'amqplib';
import { expect, test, vi } from 'vitest';
import { Broker } from '../../src/index.ts';
import { StoreError } from '../../src/store/store.ts';
import { type RunningCommand, startCommand } from '../support/cli/command.ts';
import { open } from '../support/interop/amqplib.ts';
import { NO_HTTP } from '../support/interop/daemon.ts';
import { TEST_PATIENCE, UNTIL } from '../support/patience.ts';
import { drain, exists } from '../support/recovery/clients.ts';
import { storeHere } from '../support/store-here.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What an operator may do to a file; `undone` before the next start. */
const ACTS = {
  removed: { act: (file: string) => rmSync(file), undo: () => undefined },
  moved: {
    act: (file: string) => renameSync(file, `${file}.away`),
    undo: (file: string) => renameSync(`${file}.away`, file),
  },
  truncated: { act: (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2)), undo: () => undefined },
} as const;
type Act = keyof typeof ACTS;

/** A file that has what was stored, and which act takes some of that away for good. */
const FILES: readonly { readonly name: string; readonly taken: readonly Act[] }[] = [
  { name: 'leveret.db', taken: ['removed', 'truncated'] },
  { name: 'leveret.db-wal', taken: ['truncated'] },
  { name: 'leveret.db-shm', taken: [] },
  { name: 'leveret.lock', taken: [] },
  { name: 'leveret.lock-journal', taken: [] },
  { name: 'leveret.pid', taken: [] },
  { name: 'control.sock', taken: [] },
];
const EACH = FILES.flatMap((file) => (Object.keys(ACTS) as Act[]).map((act) => ({ ...file, act })))
  // A socket has no bytes to truncate.
  .filter(({ name, act }) => name !== 'control.sock' || act !== 'truncated');
/** Each file once, and each act. */
const SOME = FILES.map(({ name }, i) => EACH.filter((one) => one.name === name)[(i + 2) % 3] ?? EACH.at(-1)!);
const rounds = Number(process.env['LEVERET_FOLDER_ROUNDS'] ?? SOME.length);
const cases = Array.from({ length: rounds }, (_, i) => (rounds <= SOME.length ? SOME[i] : EACH[i % EACH.length]));

const BEFORE = 200;
const AFTER = 300;
const UNCONFIRMED = 50;
const IN_TROUBLE = 'a commit failed and is tried again';

interface Daemon {
  readonly daemon: RunningCommand;
  readonly url: string;
}

async function start(dataDir: string): Promise<Daemon> {
  const daemon = startCommand(['--host', '127.0.0.1', '--port', '0', ...NO_HTTP, '--data-dir', dataDir]);
  const { port } = await daemon.waitForLine('started TCP listener');
  return { daemon, url: `amqp://guest:guest@127.0.0.1:${String(port)}` };
}

/** Publishes numbers, as fast as they are confirmed. */
class Publisher {
  readonly confirmed = new Set<number>();
  next = 0;
  readonly #channel: ConfirmChannel;

  constructor(channel: ConfirmChannel) {
    this.#channel = channel;
    for (let i = 0; i < UNCONFIRMED; i++) this.#publish();
  }

  #publish(): void {
    const number = this.next++;
    this.#channel.sendToQueue('work', Buffer.from(String(number)), { persistent: true }, (error) => {
      if (error !== null) return;
      this.confirmed.add(number);
      this.#publish();
    });
  }
}

/** The numbers that a broker on the folder has; undefined if it refuses to start. */
async function storedNumbers(dataDir: string): Promise<Set<number> | undefined> {
  let broker: Broker;
  try {
    broker = await Broker.start({ port: 0, dataDir, logLevel: 'silent' }, storeHere);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return undefined;
  }
  const found = (await exists(broker.url, 'queue', 'work')) ? await drain(broker.url, 'work') : [];
  await broker.stop();
  return new Set(found.map((body) => Number.parseInt(body, 10)));
}

test.each(cases)('$name is $act under load', { timeout: TEST_PATIENCE }, async ({ name, act, taken }) => {
  const dataDir = temporaryFolder();
  const file = join(dataDir, name);
  const { daemon, url } = await start(dataDir);
  const { connection } = await open(url);
  const closed = new Promise((resolve) => connection.once('close', resolve));
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue('work');
  const publisher = new Publisher(channel);
  await vi.waitFor(() => expect(publisher.confirmed.size).toBeGreaterThan(BEFORE), UNTIL);

  // A journal is there for moments only.
  const isThere = existsSync(file);
  if (isThere) ACTS[act].act(file);
  const later = publisher.next;
  let said = false;
  void daemon.waitForLine(IN_TROUBLE).then(
    () => (said = true),
    () => (said = true),
  );
  const goesOn = () => [...publisher.confirmed].filter((number) => number >= later).length >= AFTER;
  await vi.waitFor(() => expect(said || goesOn()).toBe(true), UNTIL);
  daemon.child.kill('SIGKILL');
  await daemon.finished;
  await closed;

  if (isThere) ACTS[act].undo(file);
  const stored = await storedNumbers(dataDir);
  const lost = [...publisher.confirmed].filter((number) => stored?.has(number) !== true);
  const silently = lost.filter((number) => number >= later || !(taken.includes(act) && said));
  expect(silently, `of ${publisher.confirmed.size} confirmed; ${later} were published before`).toEqual([]);
});
