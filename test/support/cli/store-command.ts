/**
 * Runs a command that looks after stores in this process, as main.ts does: to start one takes longer than most of what they do. Not for a folder
 * that a broker of this process uses: locks of files are a process's.
 */
import { parseArguments } from '../../../src/cli/arguments.ts';
import { describeFailure } from '../../../src/cli/failure.ts';
import { runStoreCommand } from '../../../src/cli/store-commands.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { CommandResult } from './command.ts';

/** `env`: its whole environment. */
export async function runStoreHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  let stderr = '';
  try {
    const invocation = parseArguments(args);
    if (invocation.command !== 'store') throw new Error(`${args.join(' ')} is no command of the store`);
    const config = loadConfig(invocation.values, env);
    const { text, exitCode } = await runStoreCommand(config, invocation.action, (line) => (stderr += line));
    return { code: exitCode, stdout: text, stderr };
  } catch (error) {
    const { lines, exitCode } = describeFailure(error);
    return { code: exitCode, stdout: '', stderr: stderr + lines.map((line) => `leveret: ${line}\n`).join('') };
  }
}
