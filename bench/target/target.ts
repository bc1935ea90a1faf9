/** A broker to be measured: one that runs somewhere, or one that the bench starts by a command. */
import type { FieldTable } from '../../src/protocol/field-table.ts';
import { parseAddress } from '../client/address.ts';
import { BenchConnection } from '../client/connection.ts';
import { reasonOf } from '../reason.ts';
import { TemporaryFolder } from './folder.ts';
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
  readonly #folders = new DisposableStack();
  #running: Promise<LaunchedBroker> | undefined;

  /** `command` holds `{port}`, or `{tls-port}` if it is to be measured over TLS, and `{dir}` where the broker needs them. */
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

  readonly launch = (folder?: string): Promise<LaunchedBroker> => {
    return launch(this.#command, folder ?? this.#folders.use(new TemporaryFolder()).path);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    // Where it did not start, whoever asked for it was told.
    await this.#running?.then(
      (broker) => broker.stop(),
      () => undefined,
    );
    this.#folders.dispose();
  }
}

/** A broker that cannot be measured at all. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** What a broker says of itself: product and version, and the platform where it tells more. Rejects with TargetError. */
export async function describeBroker(target: Target): Promise<string> {
  let serverProperties: FieldTable;
  try {
    const connection = await BenchConnection.open(await target.url());
    ({ serverProperties } = connection);
    await connection.close();
  } catch (error) {
    throw new TargetError(`${target.name}: ${reasonOf(error)}`, { cause: error });
  }
  return `${text(serverProperties, 'product')} ${text(serverProperties, 'version')}, ${text(serverProperties, 'platform')}`;
}

function text(table: FieldTable, name: string): string {
  const field = table.get(name);
  return field?.type === 'longstr' ? String(field.value) : '?';
}
