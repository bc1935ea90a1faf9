/** RabbitMQ's own rabbitmqadmin (Python) and Leveret's, each against a broker of its own: the same words, octet for octet the same answers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runAdmin } from '../../src/cli/commands/rabbitmqadmin.ts';
import { Broker } from '../../src/index.ts';
import { describeClient } from '../support/interop/programs.ts';
import { run } from '../support/processes/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const THEIRS = '/usr/bin/rabbitmqadmin';
const missing = existsSync(THEIRS)
  ? undefined
  : 'There is no rabbitmqadmin (Debian: rabbitmq-server; .ci/run takes the script alone).';

const CALLS: readonly (readonly string[])[] = [
  ['declare', 'queue', 'name=q', 'durable=true', 'arguments={"x-max-length":5}'],
  ['declare', 'queue', 'name=qq', 'queue_type=quorum'],
  ['declare', 'exchange', 'name=x', 'type=topic'],
  ['declare', 'binding', 'source=x', 'destination=q', 'routing_key=a.b', 'arguments={"a":1}'],
  ['declare', 'vhost', 'name=v'],
  ['declare', 'user', 'name=hare', 'password=secret', 'tags='],
  ['declare', 'permission', 'vhost=v', 'user=hare', 'configure=.*', 'write=.*', 'read=.*'],
  ['declare', 'policy', 'name=p', 'pattern=^q', 'definition={"max-length":50}', 'apply-to=queues'],
  ['declare', 'policy', 'name=p', 'pattern=^q', 'definition={"nope":50}'],
  ['declare', 'queue', 'name=q', 'durable=false'],
  ['declare', 'queue', 'nope'],
  ['declare', 'nothing'],
  ['publish', 'routing_key=q', 'payload=hällo', 'properties={"delivery_mode":2,"headers":{"a":[1,true,null],"b":"ü"}}'],
  ['publish', 'routing_key=nowhere', 'payload=x'],
  ['publish', 'routing_key=q'],
  ['publish', 'exchange=nope', 'routing_key=q', 'payload=x'],
  ['get', 'queue=q', 'count=2'],
  ['-f', 'pretty_json', 'get', 'queue=q'],
  ['get', 'queue=nope'],
  ['list', 'queues', 'name', 'messages', 'durable', 'arguments'],
  ['-f', 'long', 'list', 'queues', 'name', 'policy'],
  ['-f', 'kvp', 'list', 'exchanges', 'name', 'internal'],
  ['-f', 'raw_json', 'list', 'bindings', 'source', 'properties_key'],
  ['-q', '-f', 'tsv', '-S', 'name', '-R', 'list', 'exchanges', 'name', 'type'],
  ['list', 'policies'],
  ['list', 'permissions'],
  ['list', 'connections'],
  ['-V', 'nope', 'list', 'queues'],
  ['show', 'overview', 'rabbitmq_version', 'object_totals.queues'],
  ['export', 'definitions.json'],
  ['import', 'definitions.json'],
  ['delete', 'binding', 'source=x', 'destination_type=queue', 'destination=q', 'properties_key=a.b'],
  ['purge', 'queue', 'name=q'],
  ['delete', 'queue', 'name=q'],
  ['delete', 'queue', 'name=q'],
  ['close', 'connection', 'name=nope'],
  ['-p', 'wrong', 'list', 'queues'],
  ['--use=guest', '-qV/', 'list', 'queues', 'name'],
  ['--nope', 'list'],
  [],
];

/** Calls that read a process's input, or files in its folder. */
const NEEDS_PROCESS = new Set(['publish routing_key=q', 'export definitions.json', 'import definitions.json']);

describeClient('rabbitmqadmin', { missing, required: true }, () => {
  test("answers as RabbitMQ's own", async () => {
    const [theirs, ours] = await Promise.all([
      talker(THEIRS, []),
      talker(process.execPath, [join(inject('bin'), 'rabbitmq/rabbitmqadmin')]),
    ]);
    for (const call of CALLS) {
      const our = NEEDS_PROCESS.has(call.join(' ')) ? ours.run(call) : runHere(ours.argv(call));
      expect([call, await our]).toEqual([call, await theirs.run(call)]);
    }
  });
});

interface Talker {
  readonly argv: (call: readonly string[]) => readonly string[];
  readonly run: (call: readonly string[]) => Promise<object>;
}

/** Runs the program for a broker of its own, in a folder of its own. */
async function talker(program: string, before: readonly string[]): Promise<Talker> {
  const broker = await Broker.start({ port: 0, managementPort: 0 });
  onTestFinished(() => broker.stop());
  const cwd = temporaryFolder();
  const env = { LC_ALL: 'C.UTF-8', HOME: cwd };
  const argv: Talker['argv'] = (call) => ['-H', '127.0.0.1', '-P', String(broker.managementPort), ...call];
  return {
    argv,
    run: async (call) => {
      const input = 'from standard input\n';
      const { code, stdout, stderr } = await run(program, [...before, ...argv(call)], { cwd, env, input });
      return { code, stdout: stdout.toString(), stderr };
    },
  };
}

/** Leveret's, in this process: to start one for each call takes longer than the rest. */
async function runHere(argv: readonly string[]): Promise<object> {
  let [stdout, stderr] = ['', ''];
  const out = (text: string): void => void (stdout += text);
  const err = (text: string): void => void (stderr += text);
  return { code: await runAdmin(argv, { env: {}, out, err }), stdout, stderr };
}
