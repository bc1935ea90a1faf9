/** pika and amqp-tools through a restart of the broker. Only for Leveret: another broker is not ours to stop. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeClient, pythonWith } from '../support/interop/programs.ts';
import { runOk, start } from '../support/processes/run.ts';
import { works } from '../support/processes/tied.ts';
import { restartableBroker } from '../support/interop/restartable.ts';
import { externalUrl } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';

const SCRIPTS = fileURLToPath(new URL('python', import.meta.url));
const ours = externalUrl === undefined ? undefined : 'The broker at LEVERET_TEST_URL is not ours to stop.';

const python = pythonWith('pika');
const pika = ours ?? (python === undefined ? 'No Python with pika is installed (Debian: python3-pika).' : undefined);
describeClient('pika, through a restart', { missing: pika, required: ours === undefined }, () => {
  test('finds everything that was confirmed, in order, after two kills', async () => {
    const broker = await restartableBroker();
    const survivor = start(python ?? 'python3', ['-B', 'survivor.py', broker.url, '2'], {
      cwd: SCRIPTS,
      deadline: TEST_PATIENCE,
    });
    for (const line of ['confirmed after 0 breaks', 'confirmed after 1 breaks']) {
      await survivor.lines.until((lines) => lines.includes(line));
      await broker.restart('SIGKILL');
    }
    const { code, stderr } = await survivor.outcome;
    expect([code, stderr]).toEqual([0, '']);
  });

  test('reads a stream from the beginning and from an offset, after a kill as before', async () => {
    const broker = await restartableBroker();
    const reader = start(python ?? 'python3', ['-B', 'stream.py', broker.url], {
      cwd: SCRIPTS,
      deadline: TEST_PATIENCE,
    });
    await reader.lines.until((lines) => lines.includes('read 500'));
    await broker.restart('SIGKILL');
    const { code, stderr } = await reader.outcome;
    expect([code, stderr]).toEqual([0, '']);
  });
});

const tools = ours ?? (works(['amqp-get', '--help']) ? undefined : 'amqp-tools is not installed (Debian: amqp-tools).');
describeClient('amqp-tools, through a restart', { missing: tools, required: ours === undefined }, () => {
  test('get from a durable queue what they published to it before', async () => {
    const broker = await restartableBroker();
    await runOk('amqp-declare-queue', ['-u', broker.url, '-d', '-q', 'tasks']);
    for (const body of ['one', 'two']) {
      await runOk('amqp-publish', ['-u', broker.url, '-r', 'tasks', '-p', '-b', body]);
    }
    await broker.restart('SIGTERM');
    expect(await runOk('amqp-get', ['-u', broker.url, '-q', 'tasks'])).toBe('one');
    await broker.restart('SIGTERM');
    expect(await runOk('amqp-get', ['-u', broker.url, '-q', 'tasks'])).toBe('two');
    expect(await runOk('amqp-delete-queue', ['-u', broker.url, '-q', 'tasks'])).toBe('0\n');
  });
});
