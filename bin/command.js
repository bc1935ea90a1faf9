// What the commands in `rabbitmq/` have in common: compiled code is kept for the next call, and a checkout that was not built runs
// from its sources. See leveret.js, which does the same for the broker.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isTooOld } from './node-version.js';

/** Runs the tool of that name with this process's arguments. */
export async function runCommand(tool) {
  if (isTooOld(tool)) process.exit(78);
  try {
    process.getBuiltinModule('node:module').enableCompileCache(`${homedir()}/.cache/leveret`);
  } catch {
    // A user without a home goes without the cache.
  }
  const built = new URL('../dist/commands.js', import.meta.url);
  const { runNamed } = await import(existsSync(built) ? built.href : '../src/cli/commands/main.ts');
  await runNamed(tool);
}
