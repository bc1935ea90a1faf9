/** Definitions as files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { EXIT } from '../../exit-codes.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';

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
      const exported = await call.api.get<object>('/definitions');
      if (file === '-') return JSON.stringify(exported);
      try {
        writeFileSync(file, JSON.stringify(exported));
      } catch (error) {
        throw new CommandError(EXIT.data, `${file} cannot be written: ${(error as Error).message}`);
      }
      return undefined;
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
      await call.api.post('/definitions', parse(text));
      return undefined;
    },
    on: { 400: (_, { message }) => new CommandError(EXIT.data, message) },
  },
];

function checkFormat(call: Call): void {
  if ((call.option('format') ?? 'json') !== 'json') {
    throw new CommandError(EXIT.usage, "--format erlang is RabbitMQ's own: use json");
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CommandError(
      EXIT.data,
      missing ? `Bad argument: File ${file} does not exist` : `${file} cannot be read: ${(error as Error).message}`,
    );
  }
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new CommandError(EXIT.data, `Failed to parse the definitions as JSON: ${(error as Error).message}`);
  }
}
