/**
 * Standard output for the log if it is a pipe or a socket. Whoever reads it may stop, and a program that writes to a full one waits for it; a
 * broker must not. What does not fit is kept up to a bound, and what is beyond that is lost, which the log says when it is read again.
 */
import type { Timer } from './clock.ts';
import { systemClock } from './system.ts';
import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Bytes of lines that wait for the reader. */
const KEPT_BYTES = 1024 * 1024;
const RETRY_MS = 20;

/** Writes what it can at once, and returns how many bytes that were; throws EAGAIN if it can write nothing. */
export type Write = (bytes: Buffer) => number;

export class LogPipe {
  readonly #write: Write;
  readonly #render: (json: string) => string;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #lost = 0;
  #timer: Timer | undefined;

  /** @param render makes of the pipe's own line, which is JSON, what the others are */
  constructor(write: Write, render = (json: string) => json) {
    this.#write = write;
    this.#render = render;
  }

  /** Takes a line with its end. It is written when this returns, unless the pipe is full. */
  write(line: string): void {
    if (this.#lost === 0 && this.#bytes < KEPT_BYTES) this.#keep(line);
    else this.#lost++;
    this.flush();
  }

  /** Writes what waits, as far as the pipe takes it. */
  flush(): void {
    try {
      this.#writeAll();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#forget();
    }
    if (this.#bytes === 0) return;
    this.#timer ??= systemClock.after(RETRY_MS, () => {
      this.#timer = undefined;
      this.flush();
    });
  }

  #writeAll(): void {
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      const written = this.#write(first);
      this.#bytes -= written;
      if (written < first.length) this.#waiting[0] = first.subarray(written);
      else this.#waiting.shift();
      if (this.#waiting.length === 0 && this.#lost > 0) this.#keep(this.#report());
    }
  }

  #keep(line: string): void {
    const bytes = Buffer.from(line);
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  #report(): string {
    const lines = this.#lost;
    this.#lost = 0;
    const time = new Date(systemClock.now()).toISOString();
    const report = { level: 'warn', time, lines, msg: 'log lines are lost: nobody read them in time' };
    return this.#render(`${JSON.stringify(report)}\n`);
  }

  /** Nobody will read any more: the other end is closed. */
  #forget(): void {
    this.#waiting = [];
    this.#bytes = this.#lost = 0;
  }
}

/** Standard output as such a pipe; undefined if it is something else, such as a file, or the system cannot say so. */
export function standardOutputPipe(render?: (json: string) => string): LogPipe | undefined {
  try {
    const fd = openUnblocking();
    if (fd === undefined) return undefined;
    const pipe = new LogPipe((bytes) => writeSync(fd, bytes), render);
    process.on('exit', () => pipe.flush());
    return pipe;
  } catch {
    return undefined;
  }
}

function openUnblocking(): number | undefined {
  const output = fstatSync(1);
  // The pipe is opened once more, so that whoever shares ours finds it as it was. A socket cannot be; Node sets it when it is asked for it.
  if (output.isFIFO()) return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK);
  return output.isSocket() && process.stdout.writable ? 1 : undefined;
}
