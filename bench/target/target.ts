/** A broker to be measured: one that runs somewhere, or one that the bench starts by a command. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FieldTable } from '../../src/protocol/field-table.ts';
import { parseAddress } from '../client/address.ts';
import { Connection } from '../client/connection.ts';
import { launch, type LaunchedBroker } from './launch.ts';
import { listenerOf } from './process.ts';

export interface Target extends AsyncDisposable {
  readonly name: string;
  /** Where it is reached; a target that is a command is started first, once. */
  url(): Promise<string>;
  /** Its process, where that runs on this machine and may be looked at. */
  pid(): Promise<number | undefined>;
  /** Starts another one, with a data folder of its own or the given one. Undefined for a broker that runs somewhere. */
  readonly launch?: (folder?: string) => Promise<LaunchedBroker>;
}

export class RemoteTarget implements Target {
  readonly name: string;
  readonly #url: string;

  constructor(name: string, url: string) {
    this.name = name;
    this.#url = url;
  }

  url(): Promise<string> {
    return Promise.resolve(this.#url);
  }

  pid(): Promise<number | undefined> {
    const { host, port } = parseAddress(this.#url);
    return Promise.resolve(['127.0.0.1', 'localhost', '::1'].includes(host) ? listenerOf(port) : undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not ours to stop.
  }
}

export class CommandTarget implements Target {
  readonly name: string;
  readonly #command: string;
  readonly #folders: string[] = [];
  #running: Promise<LaunchedBroker> | undefined;

  /** `command` holds `{port}` and `{dir}` where the broker needs them. */
  constructor(name: string, command: string) {
    this.name = name;
    this.#command = command;
  }

  async url(): Promise<string> {
    this.#running ??= this.launch();
    return (await this.#running).url;
  }

  async pid(): Promise<number | undefined> {
    return (await this.#running)?.pid;
  }

  readonly launch = async (folder?: string): Promise<LaunchedBroker> => {
    return launch(this.#command, folder ?? (await this.#newFolder()));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    // Where it did not start, whoever asked for it was told.
    await this.#running?.then(
      (broker) => broker.stop(),
      () => undefined,
    );
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  async #newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-bench-'));
    this.#folders.push(folder);
    return folder;
  }
}

/** What a broker says of itself: product and version, and the platform where it tells more. */
export async function describeBroker(target: Target): Promise<string> {
  const connection = await Connection.open(await target.url());
  const { serverProperties } = connection;
  await connection.close();
  return `${text(serverProperties, 'product')} ${text(serverProperties, 'version')}, ${text(serverProperties, 'platform')}`;
}

function text(table: FieldTable, name: string): string {
  const field = table.get(name);
  return field?.type === 'longstr' ? String(field.value) : '?';
}
