/** pika (Python), blocking and asynchronous: each script in python/ asserts for itself and tells by its exit code. */
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { describeClient, pythonWith } from '../support/interop/programs.ts';
import { runOk } from '../support/processes/run.ts';
import { useTarget } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';

const SCRIPTS = fileURLToPath(new URL('python', import.meta.url));
const python = pythonWith('pika');
const missing = python === undefined ? 'No Python with pika is installed (Debian: python3-pika).' : undefined;

describeClient('pika', { missing }, () => {
  const target = useTarget();

  test.each([
    ['does hello world and the work queue, a dead worker included', 'work_queue.py'],
    ['publishes to subscribers and routes by key, topic, headers and exchange bindings', 'routing.py'],
    ['answers remote procedure calls by reply queue and by direct reply-to', 'rpc.py'],
    ['gets its confirms, returns and transactions', 'confirms.py'],
    ["raises its own exceptions for the broker's errors", 'errors.py'],
    ['round-trips headers and bodies of all kinds and hears of cancelled consumers', 'contents.py'],
    ['confirms and consumes asynchronously on one event loop', 'asynchronous.py'],
  ])('%s', async (_, script) => {
    await runOk(python ?? 'python3', ['-B', script, target.url], { cwd: SCRIPTS, deadline: TEST_PATIENCE });
  });
});
