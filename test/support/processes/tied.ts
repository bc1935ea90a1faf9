/**
 * Processes that do not outlive the tests that start them. An orderly end of the tests' process kills them. Where there is setpriv, the
 * kernel does so at any other end as well: a time-out, a crash, a `kill -9` of vitest, whose own watchdog then ends its workers.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';

/** setpriv (util-linux) asks the kernel for this signal at the parent's end, and then becomes the program. */
const SETPRIV = ['setpriv', '--pdeathsig', 'KILL', '--'];

const running = new Set<ChildProcess>();
let tie: readonly string[] | undefined;

/** The words of a command that ends with whoever starts it: for what a child of ours starts in its turn. */
export function tied(words: readonly string[]): readonly string[] {
  tie ??= works([...SETPRIV, 'true']) ? SETPRIV : [];
  return [...tie, ...words];
}

export interface TiedOptions {
  readonly cwd?: string;
  /** All of its environment; without it that of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input; nothing by default. */
  readonly input?: string | Buffer;
}

/** Starts a program by its words. The process's number is the program's own. */
export function spawnTied(words: readonly string[], options: TiedOptions = {}): ChildProcessWithoutNullStreams {
  const { input = '', ...others } = options;
  const [program, ...args] = tied(words);
  const child = spawn(program, args, others);
  // A program that does not read its input closes the pipe early; its exit code tells the rest.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  });
  return child;
}

/** True if the command can be run and exits with 0. */
export function works([program, ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  return spawnSync(program, args, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
