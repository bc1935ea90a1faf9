/** Where the broker is that a command is for. */
import type { SocketAddress } from '../../util/control-socket.ts';
import { controlSocketAddress } from '../../util/control-socket.ts';
import { EXIT } from '../exit-codes.ts';
import type { Place } from './exchange.ts';
import { CommandError } from './command-error.ts';
import { socketPlace } from './socket-place.ts';

export interface Whereabouts {
  readonly url: string | undefined;
  readonly dataDir: string | undefined;
  readonly config: string | undefined;
}

const DEFAULT_PORT = 15672;
const DEFAULT_TLS_PORT = 15671;

/**
 * `--url`, else the control socket in the data folder: `--data-dir`, LEVERET_DATA_DIR, or what the broker itself takes from its configuration.
 * @throws CommandError; ConfigError for a configuration that is wrong
 */
export async function locate(where: Whereabouts, env: NodeJS.ProcessEnv): Promise<Place> {
  if (where.url !== undefined) return atUrl(where.url);
  const folder = await dataFolder(where, env);
  if (folder === undefined) {
    throw new CommandError(
      EXIT.usage,
      'a broker in memory has no control socket: give its API with --url http://USER:PASSWORD@HOST:15672',
    );
  }
  let address: SocketAddress;
  try {
    address = controlSocketAddress(folder);
  } catch (error) {
    throw new CommandError(
      EXIT.unavailable,
      `there is no data folder ${folder}: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
  return socketPlace(address.path);
}

/** The data folder that a broker would have with the same environment; undefined for one in memory. */
export async function dataFolder(
  { dataDir, config }: Pick<Whereabouts, 'dataDir' | 'config'>,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const named = dataDir ?? (config === undefined ? env['LEVERET_DATA_DIR'] || undefined : undefined);
  if (named !== undefined) return named;
  // The whole configuration takes a while to load, and is needed by few.
  const { loadConfig } = await import('../../config/load.ts');
  return loadConfig({ config }, env).dataDir;
}

async function atUrl(text: string): Promise<Place> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new CommandError(
      EXIT.usage,
      `--url takes http://USER:PASSWORD@HOST:PORT or https://, not ${JSON.stringify(text)}`,
    );
  }
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Number(url.port);
  const auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const { networkPlace } = await import('./network-place.ts');
  return networkPlace(`${url.hostname} port ${port}`, {
    // Node's own word for it, by which the client is chosen.
    protocol: url.protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    auth: url.username === '' ? 'guest:guest' : auth,
  });
}
