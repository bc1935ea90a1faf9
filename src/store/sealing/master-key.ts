/** The key that a store's own keys are sealed under: it comes from outside, and is in no file of the store. */
import { readFileSync } from 'node:fs';
import { StoreError } from '../store.ts';
import { KEY_BYTES } from './seal.ts';

/** How long a command may take, which may ask a service over the network. */
const COMMAND_MS = 60_000;

/**
 * `source`: `file:PATH`, `env:NAME` or `command:COMMAND`, which a shell runs. There 32 bytes are, in base64 or hexadecimal, with blanks around
 * them or not. Throws StoreError, whose message never holds what was found.
 */
export function readMasterKey(source: string, env: NodeJS.ProcessEnv = process.env): Buffer {
  const [, kind, where] = /^(file|env|command):(.+)$/s.exec(source) ?? [];
  const text = textFrom(kind, where, env).trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new StoreError(
    `The key of the store must be ${KEY_BYTES} bytes in base64 or hexadecimal, as "openssl rand -base64 ${KEY_BYTES}" makes them: ` +
      `${kind}:${where} has something else.`,
  );
}

function textFrom(kind: string, where: string, env: NodeJS.ProcessEnv): string {
  const refused = (reason: string) =>
    new StoreError(`The key of the store cannot be had from ${kind}:${where}: ${reason}.`);
  switch (kind) {
    case 'file':
      try {
        return readFileSync(where, 'utf8');
      } catch (error) {
        throw refused((error as Error).message);
      }
    case 'env': {
      const text = env[where];
      if (text === undefined) throw refused('the variable is not set');
      return text;
    }
    default:
      try {
        // Its standard error is the broker's, so that somebody hears why it failed. What runs it takes 10 ms to load, so other starts do without.
        return process.getBuiltinModule('node:child_process').execFileSync(where, {
          shell: true,
          encoding: 'utf8',
          timeout: COMMAND_MS,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
      } catch (error) {
        const { status } = error as { readonly status?: number | null };
        throw refused(
          typeof status === 'number' ? `the command ended with ${status}` : 'the command did not end in time',
        );
      }
  }
}
