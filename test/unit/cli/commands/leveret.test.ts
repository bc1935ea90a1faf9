/** `leveret COMMAND`: tables for a person, JSON for a program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leveret } from '../../../../src/cli/commands/leveret.ts';
import { runFriendly } from '../../../../src/cli/commands/leveret/run.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { runCommand, startCommand } from '../../../support/cli/command.ts';
import { type Ended, operatedBroker, runHere, said } from '../../../support/commands/tools.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

type Run = (...argv: readonly string[]) => Promise<Ended>;

/** `shown`: as in a terminal; `piped`: as in a script. */
async function operated(): Promise<{ readonly dataDir: string; readonly shown: Run; readonly piped: Run }> {
  const { dataDir } = await operatedBroker(rabbitmqctl);
  const run =
    (terminal: boolean): Run =>
    async (...argv) => {
      let [stdout, stderr] = ['', ''];
      const out = (text: string): void => void (stdout += text);
      const err = (text: string): void => void (stderr += text);
      const code = await runFriendly(leveret, [...argv, '--data-dir', dataDir], { env: {}, out, err }, terminal);
      return { code, stdout, stderr };
    };
  return { dataDir, shown: run(true), piped: run(false) };
}

it('says how the broker is', async () => {
  const { shown, piped, dataDir } = await operated();
  expect((await shown('status')).stdout).toMatch(
    /^Leveret {3}\d.*\nRunning {3}for \d+ s, process \d+\nListens {3}amqp \d+\nData .*\nMemory .*\nAlarms {4}none\nClients {3}0 connections, 0 channels, 0 consumers\n/,
  );
  expect(JSON.parse((await piped('status')).stdout)).toMatchObject({ data_dir: dataDir, pid: process.pid, alarms: [] });
  expect(JSON.parse((await shown('status', '--json')).stdout)).toMatchObject({ messages: 0 });
  expect((await shown('top', '--once')).stdout).toMatch(/\n\nnone\n$/);
});

it('adds and removes users, vhosts, permissions and policies', async () => {
  const { shown, piped } = await operated();
  expect(await shown('users', 'add', 'hare', 'pw', '--tags', 'monitoring')).toEqual(said('user hare can log in\n'));
  expect(await piped('users', 'add', 'hare', 'pw')).toEqual(said('{"user":"hare"}\n'));
  expect(await shown('users')).toEqual(said('NAME   TAGS\nguest  administrator\nhare\n'));
  expect(await piped('users')).toEqual(said('[{"name":"guest","tags":["administrator"]},{"name":"hare","tags":[]}]\n'));
  await shown('vhosts', 'add', 'v');
  await shown('permissions', 'set', 'hare', '-p', 'v');
  expect((await shown('permissions')).stdout).toContain('v      hare   .*         .*     .*\n');
  expect(await shown('policies', 'set', 'p', '^q', '{"max-length":5}', '--apply-to', 'queues')).toMatchObject({
    code: 0,
  });
  expect((await piped('policies')).stdout).toContain('"definition":{"max-length":5}');
  expect(await shown('policies', 'set', 'p', '^q', '{"nope":5}')).toMatchObject({ code: 69 });
  expect(await shown('users', 'delete', 'nobody')).toEqual(said('', 65, 'leveret: there is no user nobody\n'));
  expect(await shown('users', 'delete', 'hare')).toEqual(said('user hare is deleted\n'));
});

it('publishes, shows messages without taking them, takes them, and follows what comes', async () => {
  const { shown, piped, dataDir } = await operated();
  expect(await shown('publish', 'q', 'x')).toEqual(
    said('', 69, 'leveret: no queue took the message: nothing is bound for q\n'),
  );
  expect(await shown('publish', 'q', 'one', '--properties', '{"priority":1}')).toMatchObject({ code: 69 });
  await declareQueue(dataDir);
  expect(await shown('publish', 'q', 'one', '--properties', '{"priority":1}')).toEqual(said('published\n'));
  expect(await piped('publish', 'q', 'two\u001b[2J')).toEqual(said('{"routed":true}\n'));
  const both = /^#0 {2}q {2}3 bytes {2}\{"priority":1\}\none\n\n#1 {2}q {2}7 bytes\ntwo\\x1b\[2J\n$/;
  expect((await shown('get', 'q')).stdout).toMatch(both);
  expect((await shown('get', 'q')).stdout).toMatch(both);
  expect((await shown('get', 'q', '-n', '1', '--take')).stdout).toMatch(/^q {2}3 bytes .*\none\n$/);
  expect(JSON.parse((await piped('get', 'q')).stdout)).toMatchObject([{ payload: 'two\u001b[2J' }]);

  const tail = startCommand(['tail', 'q'], { env: { LEVERET_DATA_DIR: dataDir } });
  await tail.waitForLine('two');
  await shown('publish', 'q', 'three');
  expect(await tail.waitForLine('three')).toMatchObject({ routing_key: 'q', payload: 'three' });
  expect((await shown('queues')).stdout).toMatch(/^VHOST {2}NAME {2}TYPE .*\n\/ {6}q {5}classic {2,}2 /);
  expect(await shown('get', 'nope')).toEqual(said('', 65, 'leveret: there is no queue nope\n'));
});

async function declareQueue(dataDir: string): Promise<void> {
  const file = join(temporaryFolder(), 'definitions.json');
  writeFileSync(file, '{"queues":[{"name":"q","vhost":"/","durable":true,"auto_delete":false,"arguments":{}}]}');
  expect(await runHere(rabbitmqctl, ['import_definitions', file, '--data-dir', dataDir])).toMatchObject({ code: 0 });
}

it('is asked as a process too, whose help is one screen', async () => {
  const help = await runCommand(['--help']);
  expect(help.code).toBe(0);
  expect(help.stdout.split('\n').length).toBeLessThan(60);
  expect(help.stdout).toContain('  tail <queue>');
  expect((await runCommand(['start', '--help'])).stdout).toContain('--memory-budget');
  const dataDir = temporaryFolder();
  const none = ['--management-port', 'none', '--prometheus-port', 'none'];
  const daemon = startCommand(['start', '--host', '127.0.0.1', '--port', '0', '--data-dir', dataDir, ...none]);
  await daemon.waitForLine('Server startup complete');
  expect(await runCommand(['vhosts'], { env: { LEVERET_DATA_DIR: dataDir } })).toMatchObject({
    code: 0,
    stdout: '[{"name":"/","description":"Default virtual host","ready":0,"unacked":0}]\n',
  });
  expect(await runCommand(['queues', '--nope'], { env: { LEVERET_DATA_DIR: dataDir } })).toMatchObject({ code: 64 });
  expect(await runCommand(['vhosts', '--data-dir', temporaryFolder()])).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/^leveret: no broker answers at .*: name its data folder/) as string,
  });
});
