/** What this Node can do of TLS; what of it the listeners allow is in the configuration. Commands and broker are run by the same Node, as a rule. */
import { EXIT } from '../../exit-codes.ts';
import { type Api, ApiError } from '../api.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';

const group = 'Monitoring, observability and health checks';
/** Older ones are unsafe, and no listener takes them. */
const VERSIONS = ['tlsv1.3', 'tlsv1.2'];

export const tls: readonly Command[] = [
  {
    name: 'cipher_suites',
    options: [{ name: 'format', value: '<openssl>' }, { name: 'all' }],
    group,
    description: 'Lists cipher suites enabled by default. To list all available cipher suites, add the --all argument.',
    banner: () => 'Listing available cipher suites in OpenSSL format',
    run: async ({ flag, option }) => {
      if ((option('format') ?? 'openssl') !== 'openssl') {
        throw new CommandError(EXIT.data, 'There is but the format openssl: this broker is not written in Erlang');
      }
      const { DEFAULT_CIPHERS, getCiphers } = await import('node:tls');
      const all = getCiphers().map((name) => name.toUpperCase());
      const enabled = DEFAULT_CIPHERS.split(':').filter((name) => all.includes(name));
      return (flag('all') ? all : enabled).join('\n');
    },
  },
  {
    name: 'tls_versions',
    group,
    description: 'Lists TLS versions supported (but not necessarily allowed) on the target node',
    banner: () => 'Listing all TLS versions supported by the runtime...',
    run: () => ({ text: VERSIONS.join('\n'), json: { versions: VERSIONS } }),
  },
  {
    name: 'certificates',
    group: 'Configuration and Environment',
    description: 'Displays certificates of the listeners, and until when they are valid',
    banner: ({ node }) => `Certificates of node ${node} ...`,
    run: async ({ api }) => {
      const all = await certificatesOf(api);
      const lines = all.map((one) => {
        return `Interface: ${one.interface}, port: ${one.port}, protocol: ${one.protocol}, file: ${one.certfile}, expires: ${one.certfile_expires_on.join(', ')}`;
      });
      return { text: lines.length === 0 ? '#{}' : lines.join('\n'), json: all };
    },
  },
];

interface Certificate {
  readonly interface: string;
  readonly port: string;
  readonly protocol: string;
  readonly certfile: string;
  readonly certfile_expires_on: readonly string[];
}

/** All expire some day: none that there is outlasts this. */
async function certificatesOf(api: Api): Promise<readonly Certificate[]> {
  try {
    await api.get('/health/checks/certificate-expiration/1000000/years');
    return [];
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 503) throw error;
    return error.details.expired as readonly Certificate[];
  }
}
