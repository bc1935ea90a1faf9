/** Runs the `leveret` command as a child process. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { inject, onTestFinished } from 'vitest';
import { spawnTied, tied } from '../processes/tied.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves with the log line that holds `text`; rejects if the command ends first. */
  waitForLine(text: string): Promise<Record<string, unknown>>;
  readonly finished: Promise<CommandResult>;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
  /** The script to run instead of the command's bundle. */
  readonly script?: string;
  /** A line for the shell that runs the command, which is `"$@"` in it. */
  readonly shell?: string;
}

/** To load what serves HTTP is a sixth of a start. */
const NO_HTTP = { LEVERET_MANAGEMENT_PORT: 'none', LEVERET_PROMETHEUS_PORT: 'none' };
/** For the daemons that are asked by HTTP: several run at once. */
export const ANY_PORTS = { LEVERET_MANAGEMENT_PORT: '0', LEVERET_PROMETHEUS_PORT: '0' };

/** The working directory is an empty folder, the caller's LEVERET_ and RABBITMQ_ variables are not passed on, and nothing serves HTTP unless `env` has it. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LEVERET|RABBITMQ)_/.test(name));
  const words = [process.execPath, ...(options.nodeArguments ?? []), options.script ?? inject('daemon'), ...args];
  const child = spawnTied(options.shell === undefined ? words : ['sh', '-c', options.shell, 'sh', ...tied(words)], {
    cwd: temporaryFolder(),
    env: { ...Object.fromEntries(inherited), ...NO_HTTP, ...options.env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = new Promise<CommandResult>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

  return { child, finished, waitForLine };

  function waitForLine(text: string): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const line = stdout
          .split('\n')
          .slice(0, -1)
          .find((candidate) => candidate.includes(text));
        if (line !== undefined) resolve(JSON.parse(line) as Record<string, unknown>);
      };
      child.stdout.on('data', look);
      void finished.then(() => reject(new Error(`ended without "${text}": ${stdout}${stderr}`)));
      look();
    });
  }
}

export function runCommand(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return startCommand(args, options).finished;
}
