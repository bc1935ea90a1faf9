/** Definitions as files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { ArgumentError, CommandError } from '../command-error.ts';

/** The global parameter with the hash of what `--skip-if-unchanged` imported last. */
const LAST_IMPORT = 'imported_definition_hash_value';
const group = 'Definitions';
const FORMAT = { name: 'format', value: '<json>' };

export const definitions: readonly Command[] = [
  {
    name: 'export_definitions',
    words: '<file_path>',
    options: [FORMAT],
    group,
    description: 'Exports definitions in JSON: to a file, or to standard output for -',
    banner: ({ words: [file] }) => (file === '-' ? '' : `Exporting definitions in JSON to a file at "${file}" ...`),
    run: async (call) => {
      checkFormat(call);
      const [file] = call.words;
      const exported = await call.api.get<Exported>('/definitions');
      if (file === '-') return JSON.stringify(exported);
      try {
        writeFileSync(file, JSON.stringify(exported));
      } catch (error) {
        throw new CommandError(EXIT.data, `${file} cannot be written: ${(error as Error).message}`);
      }
      return forRabbitmq(exported);
    },
  },
  {
    name: 'import_definitions',
    words: '[<file_path>]',
    options: [FORMAT, { name: 'skip-if-unchanged' }],
    group,
    description: 'Imports definitions in JSON: of a file, or of standard input',
    banner: ({ words: [file = '-'] }) =>
      file === '-'
        ? 'Importing definitions in JSON from standard input ...'
        : `Importing definitions in JSON from a file at "${file}" ...`,
    run: async (call) => {
      checkFormat(call);
      const [file = '-'] = call.words;
      const text = file === '-' ? await call.input() : readFile(file);
      const definitions = parse(text);
      if (!call.flag('skip-if-unchanged')) await call.api.post('/definitions', definitions);
      else if (!(await importIfChanged(call, definitions, text)))
        return 'The definitions are those that were imported last: nothing was done.';
      if (call.flag('quiet') || call.flag('silent')) return undefined;
      return 'Successfully started definition import. This process is asynchronous and can take some time.';
    },
    on: { 400: (_, { message }) => new CommandError(EXIT.data, message) },
  },
];

interface Exported {
  readonly users: readonly { readonly hashing_algorithm: string }[];
}

/** What is to be known of the passwords by who wants to import the file into RabbitMQ. */
function forRabbitmq({ users }: Exported): string | undefined {
  const own = users.filter(({ hashing_algorithm: algorithm }) => algorithm.startsWith('leveret')).length;
  if (own === 0) return undefined;
  return `${own} of ${users.length} users have passwords hashed by scrypt, which RabbitMQ does not know: it imports them, and lets them in once they have another one.`;
}

/** What was imported last is known by its hash, which is kept with the definitions themselves, as RabbitMQ does it. False if it is the same. */
async function importIfChanged({ api }: Call, definitions: object, text: string): Promise<boolean> {
  const at = path`/global-parameters/${LAST_IMPORT}`;
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update(text).digest('hex');
  if ((await api.find<{ readonly value: unknown }>(at))?.value === hash) return false;
  await api.post('/definitions', definitions);
  await api.put(at, { value: hash });
  return true;
}

function checkFormat(call: Call): void {
  if ((call.option('format') ?? 'json') !== 'json') {
    throw new CommandError(EXIT.data, "--format erlang is RabbitMQ's own: use json");
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new ArgumentError(`Bad argument: File ${file} does not exist`, EXIT.data);
    throw new CommandError(EXIT.data, `${file} cannot be read: ${(error as Error).message}`);
  }
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new CommandError(EXIT.data, `Failed to parse the definitions as JSON: ${(error as Error).message}`);
  }
}
