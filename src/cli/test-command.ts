/** `leveret test`: a broker for tests of any language, with its control port. */
import { fstatSync } from 'node:fs';
import type { BrokerOptions } from '../embed/options.ts';
import { TestBroker } from '../testing/test-broker.ts';

export interface TestCommandParts {
  readonly write: (text: string) => void;
  /** Those that end it. */
  readonly signals: Pick<NodeJS.EventEmitter, 'once'>;
  readonly input: Pick<NodeJS.ReadStream, 'once' | 'resume'>;
}

interface TestInvocation {
  readonly controlPort: number;
  readonly controlHost: string | undefined;
  readonly manualClock: boolean;
}

/**
 * Starts the broker and prints one line of JSON: `url`, where clients connect, and `control`, the control port's URL. Ends by a signal, or if
 * standard input is a pipe and closes: a test run that is killed leaves nothing behind. Resolves with the exit code.
 */
export async function runTestBroker(
  options: BrokerOptions,
  { controlPort, controlHost, manualClock }: TestInvocation,
  { write, signals, input }: TestCommandParts,
): Promise<number> {
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) signals.once(signal, () => resolve());
    if (!isPipe()) return;
    input.once('end', () => resolve());
    input.once('error', () => resolve());
    input.resume();
  });
  const broker = await TestBroker.start({
    ...options,
    controlPort,
    controlHost,
    clock: manualClock ? 'manual' : 'real',
  });
  write(`${JSON.stringify({ url: broker.url, control: broker.controlUrl })}\n`);
  await ended;
  await broker.stop();
  return 0;
}

/** True if somebody holds the other end of standard input; a terminal or /dev/null, as in a container, is no such thing. */
function isPipe(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}
