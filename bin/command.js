// What the commands in `rabbitmq/` have in common: compiled code is kept for the next call, and a checkout that was not built runs
// from its sources. See leveret.js, which does the same for the broker.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';

/** Runs the tool of that name with this process's arguments. */
export async function runCommand(tool) {
  try {
    enableCompileCache(`${homedir()}/.cache/leveret`);
  } catch {
    // A user without a home goes without the cache.
  }
  const built = new URL('../dist/commands.js', import.meta.url);
  const { runNamed } = await import(existsSync(built) ? built.href : '../src/cli/commands/main.ts');
  await runNamed(tool);
}
