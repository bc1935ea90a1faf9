/**
 * Clients that are not npm packages: programs run as child processes, judged by their exit code. Where a program is
 * missing its tests are skipped and say why; in CI (env CI set) a missing required program fails them instead.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, test } from 'vitest';
import { DEADLINE, Inbox } from './inbox.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  /** Bytes for the program's standard input; without it the input is empty. */
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the program is killed and the run rejects; 20,000 by default. */
  readonly deadline?: number;
}

/** A program that runs while the test goes on. */
export interface Running {
  /** The lines of its standard output as they come. */
  readonly lines: Inbox<string>;
  readonly outcome: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
}

export function start(command: string, args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  const lines = new Inbox<string>();
  createInterface({ input: child.stdout }).on('line', lines.push);
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that does not read its input closes the pipe early; its exit code tells the rest.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const deadline = options.deadline ?? DEADLINE;
  const outcome = new Promise<Outcome>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const said = Buffer.concat([...stdout, ...stderr]).toString();
      reject(new Error(`'${command} ${args.join(' ')}' took over ${deadline} ms. It printed:\n${said}`));
    }, deadline);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
  return { lines, outcome, kill: (signal) => child.kill(signal) };
}

/** Runs a program to its end, whatever its exit code. */
export function run(command: string, args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return start(command, args, options).outcome;
}

/** Runs a program that has to succeed; resolves to its standard output, rejects with what it printed otherwise. */
export async function runOk(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`'${command} ${args.join(' ')}' exited with ${code}:\n${stdout.toString()}${stderr}`);
  return stdout.toString();
}

/**
 * The Python that has the module, or undefined. What Debian packages belongs to Debian's Python, which need not be the first
 * one on the path.
 */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((command) => works(command, ['-c', `import ${module}`]));
}

/** True when the command exists and exits with 0. */
export function works(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  return spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
}

/**
 * A describe block for an outside client. `missing` is undefined when the client is there, and otherwise the reason it
 * cannot run. `required` clients must be there in CI.
 */
export function describeClient(
  name: string,
  client: { readonly missing: string | undefined; readonly required: boolean },
  body: () => void,
): void {
  if (client.missing === undefined) {
    describe(name, body);
  } else if (client.required && process.env['CI']) {
    describe(name, () => {
      test('is installed', () => {
        throw new Error(`${client.missing} It is required in CI.`);
      });
    });
  } else {
    process.stderr.write(`Skipped ${name}: ${client.missing}\n`);
    describe.skip(`${name} (skipped: ${client.missing})`, body);
  }
}
