/**
 * Celery (Python, with kombu and py-amqp): a worker and what its clients have it do. The script asserts for itself.
 * On Debian: apt-get install python3-celery
 */
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { describeClient, pythonWith } from '../support/interop/programs.ts';
import { runOk } from '../support/processes/run.ts';
import { useTarget } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';

const SCRIPTS = fileURLToPath(new URL('celery', import.meta.url));
const python = pythonWith('celery');
const missing = python === undefined ? 'No Python with Celery is installed (Debian: python3-celery).' : undefined;

describeClient('Celery', { missing }, () => {
  const target = useTarget();

  test('has its worker do tasks, and controls it', { timeout: 2 * TEST_PATIENCE }, async () => {
    await runOk(python ?? 'python3', ['-B', 'work.py', target.url], { cwd: SCRIPTS, deadline: TEST_PATIENCE });
  });
});
