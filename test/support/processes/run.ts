/** Programs that a test runs as child processes, judged by their exit code and by what they print. */
import { createInterface } from 'node:readline';
import { Inbox } from '../interop/inbox.ts';
import { PATIENCE } from '../patience.ts';
import { spawnTied } from './tied.ts';

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
  /** Milliseconds until the program is killed and the run rejects; `PATIENCE` by default. */
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
  const child = spawnTied([command, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, ...options.env },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  const lines = new Inbox<string>();
  createInterface({ input: child.stdout }).on('line', lines.push);
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const deadline = options.deadline ?? PATIENCE;
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
